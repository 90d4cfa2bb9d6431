import Client
import KVIndex
import Traces

extension TurnRequest {
  /// A name for the turns of one run of a command, which no other run has used lately: so that
  /// what is asked about a turn later is about this one.
  static func runName(_ command: String) -> String {
    "\(command)/" + String(UInt32.random(in: 0x10000...0xfffff), radix: 16)
  }

  /// A request of a trace, from the region where its conversation is.
  init(_ request: TraceRequest, id: String, model: String, origin: String, policy: String) {
    var hasher = BlockHasher(model: model)
    let full = request.blocks.prefix(request.promptTokens / TraceReader.blockTokens)
    self.init(
      id: id,
      model: model,
      tenant: "replay",
      origin: origin,
      promptTokens: request.promptTokens,
      blockHashes: full.map { hasher.append(identity: $0) },
      blockTokens: TraceReader.blockTokens,
      outputTokensMax: request.outputTokens
    )
    session = request.blocks.dropFirst().first.map { "\($0)" } ?? ""
    hasExactLength = true
    self.policy = policy
  }
}
