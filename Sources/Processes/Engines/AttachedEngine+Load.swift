import FleetSpec
import Transcripts

extension AttachedEngine {
  /// What one turn makes an engine carry.
  struct TurnLoad {
    let promptTokens: Int
    /// Tokens of its answer that came.
    var tokens = 0
  }

  /// What an engine said of its load, and what the turns from here were then.
  struct Measurement {
    let figures: EngineFigures
    let own: ReplicaLoad
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

  /// The load that an engine said it has, which may have turns of others, with what the turns from
  /// here, `own`, have changed since.
  static func load(
    _ own: ReplicaLoad,
    since measured: Measurement,
    on replica: ReplicaSpec
  ) -> ReplicaLoad {
    var load = own
    let (figures, before) = (measured.figures, measured.own)
    if let running = figures.running {
      let waiting = figures.waiting ?? 0
      let ownBefore = before.running + before.waiting
      let total = own.running + own.waiting + max(0, running + waiting - ownBefore)
      // Where some wait, those that came since wait too.
      let came = max(0, own.running + own.waiting - ownBefore)
      load.waiting =
        waiting > 0 ? min(total, waiting + came) : max(0, total - replica.runningMax)
      load.running = total - load.waiting
      load.decoding = min(load.running, own.decoding + total - own.running - own.waiting)
    }
    if let use = figures.kvUse {
      let used = Int((use * Double(replica.blockCount)).rounded())
      load.blocksUsed = max(0, used + own.blocksUsed - before.blocksUsed)
      let ofOthers = max(0, used - before.blocksUsed)
      if load.decoding > own.decoding { load.contextTokens += ofOthers * replica.blockTokens }
    }
    return load
  }
}
