import Basics
public import Capacity
import KVIndex

/// What the turns of a trace ask for, as a fleet that serves them would come to know it.
///
/// The shorter horizon is that of the busiest five minutes, the longer the whole trace. How much of
/// a prompt is cached depends on the fleet: an unlimited cache would hold all that any turn before
/// had, and `hitShare` is the share of those tokens that the fleet finds.
public struct TraceDemand: Sendable {
  /// How often the busiest minutes are looked for.
  private static let step = Duration.seconds(10)

  /// The demand.
  public let rows: [DemandRow]
  /// When the busiest five minutes end, since the start.
  public let busiest: Duration

  /// Counts the demand of turns that are in the order of their arrival.
  public init(turns: [SimulatedTurn], hitShare: Double) {
    var settings = DemandTable.Settings()
    // So long that no turn decays: rates are means over the trace.
    settings.hour = .seconds(1_000_000_000)
    settings.entriesMax = 65_536
    var table = DemandTable(settings: settings)
    var cache = UnlimitedCache()
    let end = turns.last?.arrival ?? .zero
    let start = min(settings.minutes, end)
    var next = start
    var peak = (turns: -1.0, rows: [DemandRow](), at: start)
    func look(_ table: DemandTable, at time: Duration) {
      let rows = table.rows(at: .zero.advanced(by: time))
      let rate = rows.reduce(0) { $0 + $1.minutes.turns }
      if rate > peak.turns { peak = (rate, rows, time) }
    }
    for turn in turns {
      while next < turn.arrival {
        look(table, at: next)
        next += Self.step
      }
      let cached = Double(cache.take(turn)) * hitShare
      table.record(
        DemandKey(model: turn.model, origin: turn.origin),
        promptTokens: turn.promptTokens,
        cachedTokens: Int(cached),
        outputTokens: Double(turn.outputTokens),
        at: .zero.advanced(by: turn.arrival)
      )
    }
    look(table, at: end)
    let whole = table.rows(at: .zero.advanced(by: end))
    let busy = Dictionary(peak.rows.map { ($0.key, $0.minutes) }) { $1 }
    rows = whole.map { DemandRow($0.key, minutes: busy[$0.key] ?? TurnLoad(), hour: $0.hour) }
    busiest = peak.at
  }

  /// The share of the tokens that an unlimited cache would find of which a simulation of `turns`
  /// found `cachedTokens`; 0 where it would find none.
  public static func hitShare(of turns: [SimulatedTurn], cachedTokens: Int) -> Double {
    var cache = UnlimitedCache()
    let possible = turns.reduce(0) { $0 + cache.take($1) }
    return possible > 0 ? min(1, Double(cachedTokens) / Double(possible)) : 0
  }
}

/// A cache that keeps everything.
private struct UnlimitedCache {
  private var blocks: Set<BlockHash> = []

  /// Tokens of a turn's prompt that it has, before it takes in the rest.
  mutating func take(_ turn: SimulatedTurn) -> Int {
    let held = turn.blockHashes.firstIndex { !blocks.contains($0) } ?? turn.blockHashes.count
    blocks.formUnion(turn.blockHashes[held...])
    return min(held, max(0, turn.promptTokens - 1) / max(1, turn.blockTokens)) * turn.blockTokens
  }
}
