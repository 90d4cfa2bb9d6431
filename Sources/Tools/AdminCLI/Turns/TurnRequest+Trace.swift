import Client
import KVIndex
import Traces

extension TurnRequest {
  /// A name for the turns of one run of a command, which no other run has used lately: so that
  /// what is asked about a turn later is about this one.
  static func runName(_ command: String) -> String {
    "\(command)/" + String(UInt32.random(in: 0x10000...0xfffff), radix: 16)
  }

  /// A request of a trace, from the region where its conversation is, in blocks of the fleet's
  /// size, which must fit the trace's.
  init(
    _ request: TraceRequest,
    id: String,
    model: String,
    origin: String,
    policy: String,
    blockTokens: Int
  ) {
    var hasher = BlockHasher(model: model)
    self.init(
      id: id,
      model: model,
      tenant: "replay",
      origin: origin,
      promptTokens: request.promptTokens,
      blockHashes: request.fullBlocks(of: blockTokens).map { hasher.append(identity: $0) },
      blockTokens: blockTokens,
      outputTokensMax: request.outputTokens
    )
    session = "\(request.session)"
    hasExactLength = true
    self.policy = policy
  }
}
