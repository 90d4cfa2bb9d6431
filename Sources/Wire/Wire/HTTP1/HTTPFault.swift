/// Why a message of HTTP/1.1 can't be taken; its connection can't go on.
public struct HTTPFault: Error, Equatable, Sendable {
  /// The status of the answer to a request that has the fault.
  public let status: Int
  /// What is wrong, for people.
  public let reason: String
  /// The path of the request; empty where that was not read.
  public var path = ""

  /// Makes a fault.
  public init(_ status: Int, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  /// Makes a fault of what breaks the protocol.
  init(_ reason: String) { self.init(400, reason) }
}

/// What one message of HTTP/1.1 may take in memory.
public struct HTTP1Limits: Sendable {
  /// Bytes of a start line and its fields; also those of a trailer.
  public var headBytesMax: Int
  /// Bytes of a request's target.
  public var targetBytesMax: Int
  /// Fields of a head.
  public var fieldsMax: Int
  /// Bytes of a body, without what chunks add.
  public var bodyBytesMax: Int

  /// Makes limits: a head of 32 KiB, 8 KiB of them its target, 100 fields, a body of 64 MiB.
  public init(
    headBytesMax: Int = 32 << 10,
    targetBytesMax: Int = 8 << 10,
    fieldsMax: Int = 100,
    bodyBytesMax: Int = 64 << 20
  ) {
    self.headBytesMax = headBytesMax
    self.targetBytesMax = targetBytesMax
    self.fieldsMax = fieldsMax
    self.bodyBytesMax = bodyBytesMax
  }
}
