public import Basics
public import FleetSpec

/// The latest decisions and a sample of older ones, each with all that was weighed, in bounded
/// memory.
///
/// The latest are kept all, in a ring; each that leaves it joins a sample in which every decision
/// since the start that left the ring is as likely as any other (Vitter's algorithm R, 1985).
/// Recording one writes over the oldest: once the ring has been filled, nothing is allocated unless
/// the fleet grew. When decisions are made faster than ``Settings/detailedPerSecond``, the replicas
/// of some placements are left out; what was decided, predicted and what happened is kept of all,
/// and what is refused or waits is always kept whole.
public struct DecisionLog: Sendable {
  /// How much is kept.
  public struct Settings: Sendable {
    /// How many of the latest decisions are kept.
    public var latestMax: Int
    /// How many older ones are kept.
    public var sampleMax: Int
    /// How many placements a second are kept with their replicas; as many may come at once.
    public var detailedPerSecond: Double

    /// Makes settings: the latest 4,096, 512 older ones, 1,000 a second with their replicas; about
    /// 30 MB when every model has ``DecisionLog/rowsMax`` replicas.
    public init(latestMax: Int = 4_096, sampleMax: Int = 512, detailedPerSecond: Double = 1_000) {
      self.latestMax = latestMax
      self.sampleMax = sampleMax
      self.detailedPerSecond = detailedPerSecond
    }
  }

  /// How far back the log goes.
  public struct Reach: Sendable, Hashable {
    /// How many of the latest decisions there are.
    public let latestCount: Int
    /// When the oldest of those was made; nil when there is none.
    public let oldest: Instant?
    /// How many older ones are kept.
    public let sampleCount: Int
    /// Out of how many those were drawn.
    public let sampledFrom: UInt64
    /// How many decisions since the start were recorded without their replicas.
    public let undetailedCount: UInt64
  }

  /// Who a replica was.
  public struct ReplicaName: Sendable, Hashable {
    /// The replica.
    public let replica: ReplicaID
    /// Its node.
    public let node: NodeID
    /// Its region.
    public let region: RegionID
  }

  /// Most replicas of one decision that all have a row.
  public static let rowsMax = 64
  /// How many have a row where there are more.
  public static let keptMax = 16

  private let settings: Settings
  private var latest: [Decision] = []
  private var sample: [Decision] = []
  private var random: PRNG
  private var lastNumber: UInt64 = 0
  private var leftCount: UInt64 = 0
  private var undetailedCount: UInt64 = 0
  private var allowance: Double
  private var allowedUntil = Instant.zero
  private var names: [UInt32: ReplicaName] = [:]
  /// When names are next looked through for some that can be forgotten.
  private var namesLimit = 4 * RoutingView.numbersMax
  /// The generation whose name was noted last, by slot.
  private var namedBySlot: [UInt32] = []

  /// Makes an empty log; the seed decides what is sampled.
  public init(settings: Settings = .init(), seed: UInt64) {
    precondition(settings.latestMax > 0 && settings.sampleMax > 0, "a log of \(settings)")
    self.settings = settings
    random = PRNG(seed: seed, stream: "decisions")
    allowance = settings.detailedPerSecond
  }

  /// Records a decision that `router` has just made, before anything else is asked of it, and
  /// before its reservation counts in the view; returns its number.
  ///
  /// The choice is the placement's unless it is given. Without replicas for a decision that was
  /// made without asking the router.
  public mutating func record(
    _ subject: DecisionSubject,
    _ request: RoutingRequest,
    _ verdict: Verdict,
    choice: Choice? = nil,
    policy: String,
    by router: Router,
    in view: RoutingView,
    excluding: [Int32] = [],
    withReplicas: Bool = true,
    at now: Instant
  ) -> UInt64 {
    if names.count > namesLimit { forgetNames() }
    let index = makeRoom()
    lastNumber += 1
    latest[index].number = lastNumber
    latest[index].subject = subject
    latest[index].policy = policy
    latest[index].promptTokens = request.promptTokens
    latest[index].instant = now
    latest[index].verdict = verdict
    latest[index].fate = .open
    latest[index].others = .init()
    latest[index].rows.removeAll(keepingCapacity: true)
    (latest[index].chosen, latest[index].networkSeconds) = (0, 0)
    (latest[index].choice, latest[index].other) = (nil, 0)
    var (chosen, other): (Int32?, Int32?)
    switch verdict {
    case .placed(let placement):
      chosen = placement.slot
      latest[index].choice = choice ?? placement.choice
      other = latest[index].choice?.other
    case .waits(let wait): other = wait.preferred?.slot
    case .refused: break
    }
    if let chosen, let state = view.state(chosen) {
      latest[index].chosen = state.generation
      latest[index].networkSeconds = view.roundTripSeconds(request.origin, state.region)
      note(chosen, state, view)
    }
    if let other, let state = view.state(other) {
      latest[index].other = state.generation
      note(other, state, view)
    }
    let isDetailed = chosen == nil || takeAllowance(at: now)
    latest[index].isDetailed = isDetailed
    guard isDetailed else {
      undetailedCount += 1
      return lastNumber
    }
    guard withReplicas else { return lastNumber }
    router.forEachReplica(of: request, in: view, excluding: excluding) { slot, state, row in
      note(slot, state, view)
      add(row, isChosen: slot == chosen, to: index)
    }
    return lastNumber
  }

  /// The replica of a decision said that it has the turn.
  public mutating func accepted(_ number: UInt64) {
    change(number) { if case .open = $0.fate { $0.fate = .accepted } }
  }

  /// The replica of a decision told what became of the turn.
  public mutating func ended(_ number: UInt64, _ outcome: TurnOutcome, _ ending: TurnEnding) {
    change(number) { $0.fate = .ended(outcome, ending) }
  }

  /// Who the replica of a generation was; nil once no decision that is kept knows it.
  public func name(of generation: UInt32) -> ReplicaName? { names[generation] }

  /// How far back the log goes, at this moment.
  public var reach: Reach {
    Reach(
      latestCount: latest.count,
      oldest: latest.min { $0.number < $1.number }?.instant,
      sampleCount: sample.count,
      sampledFrom: leftCount,
      undetailedCount: undetailedCount
    )
  }

  /// The newest decisions, the newest first.
  public func newest(_ count: Int) -> [Decision] {
    let newest = min(count, latest.count)
    return (0..<UInt64(max(0, newest))).map { latest[place(of: lastNumber - $0)] }
  }

  /// The decisions on the request of this name, the oldest first.
  public func decisions(on id: String) -> [Decision] {
    (sample + latest).filter { $0.id == id }.sorted { $0.number < $1.number }
  }

  /// Names of requests that begin like this, the newest first, each once and `limit` at most; only
  /// the one that is the text itself, if there is one.
  public func ids(beginning prefix: String, limit: Int) -> [String] {
    var found: [String] = []
    for decision in (sample + latest).sorted(by: { $0.number > $1.number })
    where decision.id.hasPrefix(prefix) && !found.contains(decision.id) {
      if decision.id == prefix { return [prefix] }
      if found.count < limit { found.append(decision.id) }
    }
    return found
  }

  private func place(of number: UInt64) -> Int {
    Int((number - 1) % UInt64(settings.latestMax))
  }

  /// The place for the next decision; the one that leaves it goes to the sample, or is forgotten.
  private mutating func makeRoom() -> Int {
    let index = place(of: lastNumber + 1)
    guard index < latest.count else {
      latest.append(Decision())
      return index
    }
    leftCount += 1
    if sample.count < settings.sampleMax {
      sample.append(Decision())
      swap(&latest[index], &sample[sample.count - 1])
    } else {
      let drawn = random.next() % leftCount
      if drawn < UInt64(sample.count) { swap(&latest[index], &sample[Int(drawn)]) }
    }
    return index
  }

  private mutating func change(_ number: UInt64, _ body: (inout Decision) -> Void) {
    guard number > 0, number <= lastNumber else { return }
    let index = place(of: number)
    if latest[index].number == number {
      body(&latest[index])
    } else if let index = sample.firstIndex(where: { $0.number == number }) {
      body(&sample[index])
    }
  }

  private mutating func takeAllowance(at now: Instant) -> Bool {
    let rate = settings.detailedPerSecond
    let passed = max(0, allowedUntil.seconds(to: now))
    allowedUntil = max(allowedUntil, now)
    allowance = min(rate, allowance + passed * rate)
    guard allowance >= 1 else { return false }
    allowance -= 1
    return true
  }

  private mutating func add(_ row: Decision.Row, isChosen: Bool, to index: Int) {
    let others = latest[index].others
    if latest[index].rows.count < Self.rowsMax, others == .init() {
      latest[index].rows.append(row)
      return
    }
    // From here on the chosen one is first and the others are in the order of their rank.
    if others == .init() { keepBest(of: index) }
    guard isChosen || row.rank < latest[index].rows.last?.rank ?? .infinity else {
      latest[index].others.add(row.exclusion)
      return
    }
    latest[index].others.add(latest[index].rows.removeLast().exclusion)
    let chosen = latest[index].chosen
    let place = latest[index].rows.firstIndex {
      isChosen || $0.generation != chosen && row.rank < $0.rank
    }
    latest[index].rows.insert(row, at: place ?? latest[index].rows.count)
  }

  private mutating func keepBest(of index: Int) {
    let chosen = latest[index].chosen
    latest[index].rows.sort {
      if ($0.generation == chosen) != ($1.generation == chosen) { return $0.generation == chosen }
      return ($0.rank, $0.generation) < ($1.rank, $1.generation)
    }
    while latest[index].rows.count > Self.keptMax {
      latest[index].others.add(latest[index].rows.removeLast().exclusion)
    }
  }

  @inline(__always)
  private mutating func note(_ slot: Int32, _ state: ReplicaState, _ view: RoutingView) {
    while namedBySlot.count <= Int(slot) { namedBySlot.append(0) }
    guard namedBySlot[Int(slot)] != state.generation, let spec = view.spec(slot) else { return }
    namedBySlot[Int(slot)] = state.generation
    names[state.generation] = ReplicaName(
      replica: spec.id,
      node: spec.node,
      region: spec.region
    )
  }

  /// Forgets the names of replicas that no decision which is kept knows.
  private mutating func forgetNames() {
    var known: Set<UInt32> = []
    for decision in latest + sample {
      known.formUnion([decision.chosen, decision.other])
      for row in decision.rows { known.insert(row.generation) }
    }
    names = names.filter { known.contains($0.key) }
    namesLimit = max(namesLimit, names.count * 2)
    for slot in namedBySlot.indices where names[namedBySlot[slot]] == nil { namedBySlot[slot] = 0 }
  }
}
