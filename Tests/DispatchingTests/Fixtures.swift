import Basics
import Dispatching
import FleetSpec
import KVIndex
import Routing

/// An instant of the tests' clock.
func instant(_ seconds: Double) -> Instant { .zero.advanced(by: Duration(inSeconds: seconds)) }

extension Turn {
  /// A turn from the region `eu` with an answer of 100 tokens.
  static func sample(
    _ name: String = "",
    of tenant: String = "a",
    model: String = "llama-3.1-8b",
    tokens: Int = 1_000,
    hashes: [BlockHash] = []
  ) -> Turn {
    var turn = Turn(
      subject: DecisionSubject(request: name, tenant: tenant, model: model, origin: "eu"),
      tenant: TenantID(tenant),
      model: ModelID(model),
      origin: RegionID("eu"),
      promptTokens: tokens
    )
    (turn.outputTokens, turn.blockHashes, turn.blockTokens) = (100, hashes, 16)
    return turn
  }
}

extension TurnOutcome {
  /// The outcome of a turn that found `cached` tokens and answered with `output`.
  init(cached: Int = 0, output: Int = 100) {
    self.init(
      cachedTokens: cached,
      outputTokens: output,
      queueSeconds: 0,
      ttftSeconds: 0.05,
      totalSeconds: 1,
      isComplete: true
    )
  }
}
