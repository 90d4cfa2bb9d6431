import FleetSpec

extension AttachedEngine {
  /// What one turn makes an engine carry.
  struct TurnLoad {
    let promptTokens: Int
    /// Tokens of its answer that came.
    var tokens = 0
  }

  /// The load that turns make, by what is known of them here.
  static func load(of turns: [TurnLoad], on replica: ReplicaSpec) -> ReplicaLoad {
    var load = ReplicaLoad()
    for turn in turns {
      let tokens = turn.promptTokens + turn.tokens
      load.blocksUsed += (tokens + replica.blockTokens - 1) / replica.blockTokens
      load.running += 1
      if turn.tokens > 0 {
        load.decoding += 1
        load.contextTokens += tokens
      } else {
        load.prefillTokensQueued += turn.promptTokens
      }
    }
    load.waiting = max(0, load.running - replica.runningMax)
    load.running -= load.waiting
    return load
  }
}
