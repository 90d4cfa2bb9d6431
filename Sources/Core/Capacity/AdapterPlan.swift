public import Basics
import FleetSpec

/// An adapter that should be loaded on a replica.
public struct AdapterMove: Sendable, Hashable {
  /// The adapter.
  public let adapter: AdapterID
  /// Its model.
  public let model: ModelID
  /// The replica.
  public let replica: ReplicaID
  /// The adapter that makes room for it; nil where there is room.
  public let replacing: AdapterID?
  /// Turns a second that ask for it.
  public let offered: Double
  /// Until it is there, in seconds.
  public let loadSeconds: Double
}

/// An adapter that is asked for and has no replica, though some serve its model.
public struct AdapterShortage: Sendable, Hashable {
  /// The adapter.
  public let adapter: AdapterID
  /// Its model.
  public let model: ModelID
  /// Turns a second that ask for it.
  public let offered: Double
}

/// Which LoRA adapter should be loaded where.
///
/// A replica gives half its turns to one adapter at most, so a hot one is on many replicas and a
/// cold one on one, in different regions as far as there are. One that nobody asks for stays until
/// its place is needed. An adapter replaces another when it has 1.5 times the demand for each
/// replica that holds it, and never takes the last place of one that is asked for unless it has
/// none itself: so two that are asked for alike don't push each other out.
public struct AdapterPlan: Sendable, Hashable {
  /// What should be loaded, the most asked for first.
  public let moves: [AdapterMove]
  /// Adapters for which there is no place.
  public let shortages: [AdapterShortage]

  /// Plans, on the models that the replicas have.
  public init(_ input: CapacityInput) {
    var planner = AdapterPlanner(input)
    planner.plan()
    (moves, shortages) = (planner.moves, planner.shortages)
  }
}

private struct AdapterPlanner {
  /// Share of a replica's turns that one adapter is counted on to take, at most.
  private static let share = 0.5

  private struct Key: Hashable, Comparable {
    let model: ModelID
    let adapter: AdapterID

    static func < (left: Key, right: Key) -> Bool {
      (left.model, left.adapter) < (right.model, right.adapter)
    }
  }

  private let input: CapacityInput
  private var table: SupplyTable
  private var offered: [Key: Double] = [:]
  /// What each replica holds.
  private var loaded: [[AdapterID]]
  private var holders: [Key: [Int]] = [:]
  /// Replicas that take turns, by model.
  private var taking: [ModelID: [Int]] = [:]
  private(set) var moves: [AdapterMove] = []
  private(set) var shortages: [AdapterShortage] = []

  init(_ input: CapacityInput) {
    self.input = input
    table = SupplyTable(input)
    loaded = input.replicas.map { Array($0.adapters.prefix(input.planning.adapterSlots)) }
    var rates: [Key: (minutes: Double, hour: Double)] = [:]
    for row in input.demand {
      guard let adapter = row.key.adapter else { continue }
      rates[Key(model: row.key.model, adapter: adapter), default: (0, 0)].minutes +=
        row.minutes.turns
      rates[Key(model: row.key.model, adapter: adapter), default: (0, 0)].hour += row.hour.turns
    }
    offered = rates.mapValues { max($0.minutes, $0.hour) }
    for index in input.replicas.indices where input.replicas[index].takesTurns {
      let model = input.replicas[index].spec.model
      taking[model, default: []].append(index)
      for adapter in loaded[index] {
        holders[Key(model: model, adapter: adapter), default: []].append(index)
      }
    }
  }

  mutating func plan() {
    let order = offered.keys.filter { offered(by: $0) > 0 }
      .sorted { (offered(by: $1), $0) < (offered(by: $0), $1) }
    for key in order {
      guard let replicas = taking[key.model] else { continue }
      let desired = desired(key, among: replicas)
      while (holders[key]?.count ?? 0) < desired, let place = place(for: key, among: replicas) {
        load(key, on: place.replica, replacing: place.victim)
      }
    }
    for key in order where (holders[key] ?? []).isEmpty && taking[key.model] != nil {
      shortages.append(.init(adapter: key.adapter, model: key.model, offered: offered(by: key)))
    }
  }

  private func offered(by key: Key) -> Double { offered[key] ?? 0 }

  /// Turns a second for each replica that holds an adapter.
  private func pressure(_ key: Key, holders count: Int) -> Double {
    offered(by: key) / Double(max(1, count))
  }

  /// On how many replicas an adapter should be.
  private mutating func desired(_ key: Key, among replicas: [Int]) -> Int {
    var total = 0.0
    for index in replicas {
      let (kind, model) = (table.kindOf[index], table.modelOf[index])
      total += table.supply(kind, model, sharing: replicas.count)?.turnsPerSecond ?? 0
    }
    guard total > 0 else { return 1 }
    let each = total / Double(replicas.count) * Self.share
    return min(replicas.count, max(1, Int((offered(by: key) / each).rounded(.up))))
  }

  /// The best replica for one more copy: in a region without one, with room, or with what is least
  /// asked for there; nil when none has room or something that may go.
  private func place(for key: Key, among replicas: [Int]) -> (replica: Int, victim: AdapterID?)? {
    let held = holders[key] ?? []
    let regions = Set(held.map { input.replicas[$0].spec.region })
    var best: (replica: Int, victim: AdapterID?, rank: (Int, Double, Int))?
    for index in replicas where !held.contains(index) {
      let isNear = regions.contains(input.replicas[index].spec.region) ? 1 : 0
      let place: (victim: AdapterID?, pressure: Double)
      if loaded[index].count < input.planning.adapterSlots {
        place = (nil, -1)
      } else if let victim = victim(on: index, for: key) {
        place = (victim.adapter, victim.pressure)
      } else {
        continue
      }
      let rank = (isNear, place.pressure, loaded[index].count)
      if best.map({ rank < $0.rank }) ?? true { best = (index, place.victim, rank) }
    }
    return best.map { ($0.replica, $0.victim) }
  }

  /// What on a replica has the least demand for each that holds it, if it may go for `key`.
  private func victim(on index: Int, for key: Key) -> (adapter: AdapterID, pressure: Double)? {
    let own = pressure(key, holders: (holders[key]?.count ?? 0) + 1)
    var least: (adapter: AdapterID, pressure: Double)?
    for adapter in loaded[index] {
      let other = Key(model: key.model, adapter: adapter)
      let count = holders[other]?.count ?? 0
      let pressure = pressure(other, holders: count)
      let isLast = count <= 1 && pressure > 0
      guard own > pressure * input.planning.adapterMargin,
        !isLast || (holders[key] ?? []).isEmpty, pressure < least?.pressure ?? .infinity
      else { continue }
      least = (adapter, pressure)
    }
    return least
  }

  private mutating func load(_ key: Key, on index: Int, replacing victim: AdapterID?) {
    if let victim {
      loaded[index].removeAll { $0 == victim }
      holders[Key(model: key.model, adapter: victim)]?.removeAll { $0 == index }
    }
    loaded[index].append(key.adapter)
    holders[key, default: []].append(index)
    moves.append(
      AdapterMove(
        adapter: key.adapter,
        model: key.model,
        replica: input.replicas[index].spec.id,
        replacing: victim,
        offered: offered(by: key),
        loadSeconds: input.planning.adapterBytes / input.planning.linkBytesPerSecond
      )
    )
  }
}
