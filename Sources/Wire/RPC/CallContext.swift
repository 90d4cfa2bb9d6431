import Basics
import EventLoop
import HearthProto
public import Wire

/// What a handler may know of its call besides the request.
public struct CallContext {
  private let stream: GRPCStream

  init(_ stream: GRPCStream) { self.stream = stream }

  /// What the client sent before its messages.
  public var metadata: Metadata { stream.metadata }

  /// Who calls; nil once the connection is gone.
  public var peer: Peer? { stream.session?.peer }

  /// Time that is left until the call's deadline; nil when there is none.
  public var timeLeft: Duration? {
    guard stream.deadline != .distantFuture else { return nil }
    return max(.zero, Connection.clock.now.duration(to: stream.deadline))
  }

  /// Sends metadata before the first message.
  public func sendHead(_ metadata: Metadata) { stream.sendHead(metadata) }
}

extension GRPCStatus {
  /// The status of a request that can't be read.
  init(malformed error: ProtoError) {
    self.init(error.isOverLimit ? .resourceExhausted : .invalidArgument, "\(error)")
  }

  /// The status of a message that can't be sent, or of an answer that can't be read.
  init(_ words: String, _ error: ProtoError) {
    self.init(error.isOverLimit ? .resourceExhausted : .internal, "\(words): \(error)")
  }
}

extension ProtoError {
  fileprivate var isOverLimit: Bool { code == .tooLarge || code == .outOfMemory }
}
