/// The name of one thing of kind `Kind`: 1 to 128 characters out of `A-Z a-z 0-9 . _ - / :`.
///
/// Two kinds of identifier can't be mixed up, and one that exists is well-formed.
public struct Identifier<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The identifier as text.
  public let text: String

  /// The longest identifier, in bytes.
  public static var lengthMax: Int { 128 }

  /// Makes an identifier, or nil when `text` is empty, too long, or has a character that is not
  /// allowed.
  public init?(_ text: some StringProtocol) {
    let length = text.utf8.count
    guard length > 0, length <= Self.lengthMax else { return nil }
    self.text = String(text)
    guard self.text.isMadeOfNameCharacters else { return nil }
  }

  /// The identifier as text.
  public var description: String { text }

  /// Alphabetical order, for stable listings.
  public static func < (left: Self, right: Self) -> Bool {
    left.text < right.text
  }
}

extension String {
  /// Beside the generic type, so that it is compiled for this one: each turn has several names.
  fileprivate var isMadeOfNameCharacters: Bool {
    utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"),
        UInt8(ascii: ":"):
        true
      default: false
      }
    }
  }
}

/// The kinds of thing that have identifiers.
public enum Named {
  /// A region: a place with one network, one or more region agents and many nodes.
  public enum Region {}
  /// A node: a host with GPUs.
  public enum Node {}
  /// A replica: one engine serving one model on some GPUs of a node; `node/index`.
  public enum Replica {}
  /// A model that replicas serve.
  public enum Model {}
  /// A LoRA adapter of a model.
  public enum Adapter {}
  /// A tenant: who is served and accounted.
  public enum Tenant {}
  /// A request: one turn of one conversation.
  public enum Request {}
}

/// The name of a region.
public typealias RegionID = Identifier<Named.Region>
/// The name of a node, unique in the fleet.
public typealias NodeID = Identifier<Named.Node>
/// The name of a replica, unique in the fleet.
public typealias ReplicaID = Identifier<Named.Replica>
/// The name of a model.
public typealias ModelID = Identifier<Named.Model>
/// The name of a LoRA adapter.
public typealias AdapterID = Identifier<Named.Adapter>
/// The name of a tenant.
public typealias TenantID = Identifier<Named.Tenant>
/// The name of a request.
public typealias RequestID = Identifier<Named.Request>
