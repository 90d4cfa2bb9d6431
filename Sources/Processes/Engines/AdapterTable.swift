import Basics
import Transcripts

/// Which LoRA adapters an engine has, which it may load, and who waits for one: as a value.
///
/// Adapters are loaded one after the other, when a turn wants one. Where as many are loaded as may
/// be, the one that nobody has and that was unused for longest goes first.
struct AdapterTable: Sendable {
  /// What is to be done next.
  enum Step: Equatable {
    /// The turn can go.
    case run(turn: UInt64)
    /// It never can: for this reason.
    case fail(turn: UInt64, String)
    case load(String, from: String)
    case unload(String)
  }

  /// How long an adapter that could not be loaded is not offered.
  private static let failureTime = Duration.seconds(30)

  private let sources: [String: String]
  private let slotsMax: Int
  private var dialect = EngineDialect.other
  private(set) var loaded: Set<String> = []
  private var failed: [String: Instant] = [:]
  /// Turns that have it.
  private var users: [String: Set<UInt64>] = [:]
  private var uses: [String] = []
  private var queue: [(name: String, turn: UInt64)] = []
  private var isBusy = false

  /// Makes the table of an engine that may load from `sources`, at most `slotsMax` at a time.
  init(sources: [String: String], slotsMax: Int) {
    (self.sources, self.slotsMax) = (sources, slotsMax)
  }

  /// Those that the engine has or can load.
  func names(at now: Instant) -> [String] {
    let loadable = dialect.loadPath == nil ? [] : sources.keys.filter { isOffered($0, at: now) }
    return loaded.union(loadable).sorted()
  }

  private func isOffered(_ name: String, at now: Instant) -> Bool {
    failed[name].map { now >= $0 } ?? true
  }

  /// The engine listed what it has.
  mutating func listed(_ list: ModelList) {
    dialect = EngineDialect(list)
    let names = list.models.filter { $0.parent != nil && AdapterID($0.id) != nil }.map(\.id)
    loaded = dialect.listsAdapters ? Set(names) : loaded.union(names)
  }

  /// The engine is gone, and what it had loaded.
  mutating func lost() { (loaded, failed) = ([], [:]) }

  /// A turn wants an adapter.
  mutating func wants(_ name: String, turn: UInt64, at now: Instant) -> [Step] {
    if loaded.contains(name) {
      use(name, turn)
      return [.run(turn: turn)]
    }
    guard sources[name] != nil, dialect.loadPath != nil else {
      return [.fail(turn: turn, "it has no adapter \(name.quoted(limit: 60))")]
    }
    guard isOffered(name, at: now) else {
      return [.fail(turn: turn, "it could not load the adapter \(name.quoted(limit: 60)) just now")]
    }
    queue.append((name, turn))
    return next()
  }

  /// A turn is over, whether it ran or not.
  mutating func ended(_ name: String, turn: UInt64) -> [Step] {
    queue.removeAll { $0.turn == turn }
    users[name]?.remove(turn)
    if users[name]?.isEmpty == true { users[name] = nil }
    return next()
  }

  /// An adapter was loaded, or why not.
  mutating func didLoad(_ name: String, failure: String?, at now: Instant) -> [Step] {
    isBusy = false
    // It was there already where another told the engine so, or its list is old.
    guard let failure, !failure.contains("already") else {
      loaded.insert(name)
      failed[name] = nil
      return next()
    }
    failed[name] = now.advanced(by: Self.failureTime)
    let turns = queue.filter { $0.name == name }.map(\.turn)
    queue.removeAll { $0.name == name }
    let why = "the adapter \(name.quoted(limit: 60)) can't be loaded: \(failure)"
    return turns.map { .fail(turn: $0, why) } + next()
  }

  /// An adapter was unloaded; where that failed, it is believed all the same, until it is listed.
  mutating func didUnload(_ name: String) -> [Step] {
    isBusy = false
    loaded.remove(name)
    return next()
  }

  private mutating func use(_ name: String, _ turn: UInt64) {
    users[name, default: []].insert(turn)
    uses.removeAll { $0 == name }
    uses.append(name)
  }

  private mutating func next() -> [Step] {
    var steps: [Step] = []
    for waiting in queue where loaded.contains(waiting.name) {
      use(waiting.name, waiting.turn)
      steps.append(.run(turn: waiting.turn))
    }
    queue.removeAll { loaded.contains($0.name) }
    guard !isBusy, let first = queue.first, let source = sources[first.name] else { return steps }
    let own = loaded.filter { sources[$0] != nil }
    if own.count < slotsMax {
      isBusy = true
      return steps + [.load(first.name, from: source)]
    }
    let idle = own.filter { users[$0] == nil }
    let order = Dictionary(uniqueKeysWithValues: uses.enumerated().map { ($1, $0) })
    guard let victim = idle.min(by: { (order[$0] ?? -1, $0) < (order[$1] ?? -1, $1) }) else {
      return steps
    }
    isBusy = true
    return steps + [.unload(victim)]
  }
}
