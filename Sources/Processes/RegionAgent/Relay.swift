import Basics
import Daemon
import HearthMessages
import HearthProto
import RPC
import Telemetry
import Wire

/// A call of a client that is passed on to a node.
protocol PassedCall: AnyObject {
  var node: String { get }
  /// Where the node is reached.
  var address: String { get }

  /// Ends the call for the client, whatever its node does.
  func abandon(_ status: GRPCStatus)
}

extension MethodDescriptor where Response == RawMessage {
  /// A method with answers that are passed on as they come.
  init(passing method: MethodDescriptor<Request, some ProtoMessage>) {
    self.init(
      path: method.path,
      clientStreaming: method.clientStreaming,
      serverStreaming: method.serverStreaming
    )
  }
}

/// Passes one call from a client on to a node, a turn of another region for example, and the answer
/// back, as fast as the slower of both ends takes it.
final class Relay<Request: ProtoMessage>: PassedCall {
  typealias Method = MethodDescriptor<Request, RawMessage>
  typealias Client = ServerStream<Request, RawMessage>

  /// Pieces that may be on their way back before the node has to wait.
  private static var underWayMax: Int { 1_024 }

  let node: String
  /// Where the node is reached.
  let address: String
  private let method: Method
  private let client: Client
  private let line: DelayLine
  private let span: TraceSpan?
  private var call: ClientStream<Request, RawMessage>?
  private var inFlight = 0
  private var isClientFull = false
  private var isOver = false
  private let onEnd: (any PassedCall) -> Void

  init(
    _ method: Method,
    of request: Request,
    from client: Client,
    to node: String,
    at channel: Channel,
    over line: DelayLine,
    span: TraceSpan?,
    onEnd: @escaping (any PassedCall) -> Void
  ) {
    self.method = method
    self.node = node
    address = channel.address
    self.client = client
    self.line = line
    self.span = span
    span?.note("hearth.node", .text(node))
    self.onEnd = onEnd
    client.onCancel = { [weak self] in self?.end($0) }
    client.onWritable = { [weak self] in self?.clientDrained() }
    var options = CallOptions()
    options.metadata = client.context.metadata.within(span)
    options.timeout = client.context.timeLeft
    line.pass { [self] in begin(request, options, channel) }
  }

  func abandon(_ status: GRPCStatus) {
    finish(status)
  }

  private func begin(_ request: Request, _ options: CallOptions, _ channel: Channel) {
    guard !isOver else { return }
    let call = channel.stream(method, options: options)
    self.call = call
    call.onMessage = { [weak self] in self?.received($0) }
    call.onClose = { [weak self] in self?.closed($0) }
    call.send(request)
    call.end()
  }

  private func received(_ message: RawMessage) {
    inFlight += 1
    adjust()
    line.pass { [self] in
      inFlight -= 1
      deliver(message)
    }
  }

  private func closed(_ status: GRPCStatus) {
    let trailers = call?.trailers ?? Metadata()
    call = nil
    line.pass { [self] in finish(status, trailers) }
  }

  private func deliver(_ message: RawMessage) {
    guard !isOver else { return }
    if !client.send(message) { isClientFull = true }
    adjust()
  }

  private func clientDrained() {
    isClientFull = false
    adjust()
  }

  private func adjust() {
    if isClientFull || inFlight >= Self.underWayMax { call?.pause() } else { call?.resume() }
  }

  private func finish(_ status: GRPCStatus, _ trailers: Metadata = Metadata()) {
    guard !isOver else { return }
    client.finish(status, trailers: trailers)
    end(status)
  }

  /// Where there is no distance, the call closes within its cancellation.
  private func end(_ status: GRPCStatus) {
    guard !isOver else { return }
    isOver = true
    span?.end(fault: status.code == .ok ? nil : status.description)
    call?.cancel()
    onEnd(self)
  }
}
