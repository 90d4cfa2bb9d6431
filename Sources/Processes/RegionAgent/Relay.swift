import Basics
import Daemon
import HearthMessages
import HearthProto
import RPC
import Telemetry
import Wire

/// Passes one turn from a client of another region on to its node, and the answer back, as fast as
/// the slower of both ends takes it.
final class Relay {
  typealias Method = MethodDescriptor<HearthV1.GenerateRequest, RawMessage>

  /// Turns with answers that are passed on as they come.
  static var method: Method {
    let method = HearthV1.Inference.generate
    return Method(
      path: method.path,
      clientStreaming: method.clientStreaming,
      serverStreaming: method.serverStreaming
    )
  }

  /// Pieces that may be on their way back before the node has to wait.
  private static var underWayMax: Int { 1_024 }

  let node: String
  /// Where the node is reached.
  let address: String
  private let client: ServerStream<HearthV1.GenerateRequest, RawMessage>
  private let line: DelayLine
  private let span: TraceSpan?
  private var turn: ClientStream<HearthV1.GenerateRequest, RawMessage>?
  private var inFlight = 0
  private var isClientFull = false
  private var isOver = false
  private let onEnd: (Relay) -> Void

  init(
    of request: HearthV1.GenerateRequest,
    from client: ServerStream<HearthV1.GenerateRequest, RawMessage>,
    to channel: Channel,
    over line: DelayLine,
    span: TraceSpan?,
    onEnd: @escaping (Relay) -> Void
  ) {
    node = request.node
    address = channel.address
    self.client = client
    self.line = line
    self.span = span
    span?.note("hearth.node", .text(request.node))
    self.onEnd = onEnd
    client.onCancel = { [weak self] in self?.end($0) }
    client.onWritable = { [weak self] in self?.clientDrained() }
    var options = CallOptions()
    options.metadata = client.context.metadata.within(span)
    options.timeout = client.context.timeLeft
    line.pass { [self] in begin(request, options, channel) }
  }

  /// Ends the turn for the client, whatever its node does.
  func abandon(_ status: GRPCStatus) {
    finish(status)
  }

  private func begin(
    _ request: HearthV1.GenerateRequest,
    _ options: CallOptions,
    _ channel: Channel
  ) {
    guard !isOver else { return }
    let turn = channel.stream(Self.method, options: options)
    self.turn = turn
    turn.onMessage = { [weak self] in self?.received($0) }
    turn.onClose = { [weak self] in self?.closed($0) }
    turn.send(request)
    turn.end()
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
    let trailers = turn?.trailers ?? Metadata()
    turn = nil
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
    if isClientFull || inFlight >= Self.underWayMax { turn?.pause() } else { turn?.resume() }
  }

  private func finish(_ status: GRPCStatus, _ trailers: Metadata = Metadata()) {
    guard !isOver else { return }
    client.finish(status, trailers: trailers)
    end(status)
  }

  /// Where there is no distance, the turn closes within its cancellation.
  private func end(_ status: GRPCStatus) {
    guard !isOver else { return }
    isOver = true
    span?.end(fault: status.code == .ok ? nil : status.description)
    turn?.cancel()
    onEnd(self)
  }
}
