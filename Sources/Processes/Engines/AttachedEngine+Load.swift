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

  /// The load that turns make, by what is known of them here; counted as they come and go, since an
  /// engine may have thousands.
  struct CarriedLoad {
    private var sum = ReplicaLoad()
    private let blockTokens: Int
    private let runningMax: Int

    init(on replica: ReplicaSpec) {
      (blockTokens, runningMax) = (replica.blockTokens, replica.runningMax)
    }

    mutating func add(_ turn: TurnLoad) { count(turn, 1) }
    mutating func remove(_ turn: TurnLoad) { count(turn, -1) }

    private mutating func count(_ turn: TurnLoad, _ times: Int) {
      let tokens = turn.promptTokens + turn.tokens
      sum.blocksUsed += times * ((tokens + blockTokens - 1) / blockTokens)
      sum.running += times
      if turn.tokens > 0 {
        sum.decoding += times
        sum.contextTokens += times * tokens
      } else {
        sum.prefillTokensQueued += times * turn.promptTokens
      }
    }

    /// The load where no more run than may.
    var load: ReplicaLoad {
      var load = sum
      load.waiting = max(0, load.running - runningMax)
      load.running -= load.waiting
      return load
    }
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
