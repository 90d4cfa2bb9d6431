public import Basics
public import FleetSpec

/// The turns that can't run now, in the order in which they will, and who may have how much.
///
/// A value without I/O or clock. It knows no replicas: the caller asks its router whether a turn
/// fits, and tells the queue. The life of a turn:
///
/// 1. ``offer(_:at:)`` when it arrives: quotas are checked and used.
/// 2. Where the answer is `first`, nobody of its model waits: ask the router. If it fits, tell
///    ``start(_:cachedTokens:at:)``. If every replica is full, or the answer was `behind`, tell
///    ``wait(_:rank:firstTokenSeconds:at:)``: it may be refused then, or make another turn give
///    way.
/// 3. Whenever a model may have room again, and after `wait` as well: take ``popOverdue(at:)``
///    until it is nil, then for each turn that ``next(of:limit:at:)`` gives ask the router where,
///    and ``start(_:cachedTokens:at:)`` it if it fits. If not, keep for it what it wants (see
///    ``ShadowReservations``) while the others are asked about, or they would keep it from ever
///    fitting.
/// 4. At ``deadline``: ``popOverdue(at:)`` until it is nil.
/// 5. ``end(_:outcome:at:)`` when it has ended, or ``withdraw(_:at:)`` when it never ran: its
///    client went away while it waited, the router refused it for another reason, its replica did
///    not take it. If it runs all the same, ``resume(_:at:)``.
///
/// **Order**: the highest priority; of that, the tenant with the least virtual token counter; of
/// that, the one with least time to lose (see ``AdmissionTurn/rank``); of equals the first to
/// arrive. Models are apart from each other. What two tenants of one model and priority are served
/// while both wait, in weighted tokens over their weights, differs by 2 (U + D) at most, however
/// long they wait: U is what one turn counts at most, D what the turns of one tenant that run at a
/// time are counted wrongly for until they end. (The virtual counters and the proof are in
/// `FairQueue`.)
///
/// **Bounds**: ``AdmissionSettings/waitingMax`` turns wait. When as many do, a new one takes the
/// place of the last of the tenant with most turns in the lowest priority, if that is a lower one
/// or the tenant has at least two more there than its own; else it is refused, unless it comes back
/// (see ``AdmissionTurn/firstArrival``) and its tenant's newest gives way. Those that wait take
/// ``AdmissionSettings/waitingBytesMax`` of memory: beyond that a new one takes the place of the
/// one of no higher priority that takes most, if that is more than its own. Nothing else drops a
/// turn but its deadline, ``AdmissionSettings/waitMax``, and the caller.
///
/// **Times** are all of one clock; an instant earlier than one already seen is taken as the latest
/// seen. Calls are O(log turns); `wait` is O(tenants that wait) besides. Equal calls give equal
/// results.
public struct AdmissionQueue: Sendable {
  /// Every priority, the highest last.
  public static let priorities = 0...7

  /// What a turn that arrives is told.
  public enum Offer: Sendable, Hashable {
    /// No turn of its model waits: it may start if it fits.
    case first(AdmissionTicket)
    /// Turns of its model wait: it joins them.
    case behind(AdmissionTicket)
    /// Neither.
    case refused(AdmissionRefusal)
  }

  /// What became of turns, since the start.
  public struct Counts: Sendable, Hashable {
    /// Turns that were offered.
    public internal(set) var offered: UInt64 = 0
    /// Turns that began to run, those included that were withdrawn after that.
    public internal(set) var started: UInt64 = 0
    /// Those of them that had waited.
    public internal(set) var waited: UInt64 = 0
    /// Turns that were refused, at once or after a wait.
    public internal(set) var refused: UInt64 = 0
    /// Turns that were withdrawn: they never ran.
    public internal(set) var withdrawn: UInt64 = 0
    /// Turns that ran and have ended.
    public internal(set) var ended: UInt64 = 0
  }

  enum Stage: Sendable { case offered, waiting, running }

  struct Entry: Sendable {
    let generation: UInt64
    var turn: AdmissionTurn
    let tenant: Int32
    let line: Int32
    let priority: Int
    let arrival: Instant
    var rank: FairQueue.Rank
    var stage = Stage.offered
    /// Weighted tokens, as if nothing of it were cached: what waits is counted in it.
    var work: Double
    /// Weighted tokens that were counted when it began to run.
    var charge = 0.0
    var cachedTokens = 0
    var started = Instant.zero
  }

  /// What it was made with.
  public let settings: AdmissionSettings
  /// What became of turns.
  public internal(set) var counts = Counts()
  /// How many turns wait.
  public internal(set) var waitingCount = 0
  /// How much memory they take, in bytes.
  public internal(set) var waitingBytes = 0
  /// How many turns run, as far as is known.
  public internal(set) var runningCount = 0

  var tenants = TenantTable()
  var lines: [ModelQueue] = []
  var overdue = IndexedHeap<Instant>()
  /// Turns that wait and are not late yet, by when they are ranked again.
  var timely = IndexedHeap<Instant>()
  private(set) var entries: [Entry?] = []
  private var freeEntries: [Int32] = []
  private var lineNumbers: [ModelID: Int32] = [:]
  private var freeLines: [Int32] = []
  private var latest = Instant.zero
  private var sequence: UInt64 = 0
  /// Mean time that turns run, fading by a twentieth with each.
  private var runSeconds = 1.0

  /// Makes an empty queue; traps when a setting is out of its bounds.
  public init(settings: AdmissionSettings = .init()) {
    precondition(
      settings.waitingMax > 0 && settings.tenantsMax > 0,
      "a bound of 0 turns or tenants"
    )
    precondition(settings.ageing > 0 && settings.waitMax > .zero, "no ageing, or no time to wait")
    for limits in [settings.limits] + settings.tenants.values {
      precondition(
        limits.weight > 0 && Self.priorities.contains(limits.priority),
        "weight \(limits.weight), priority \(limits.priority)"
      )
    }
    self.settings = settings
  }

  /// How many tenants are known.
  var tenantCount: Int { tenants.count }

  /// The turn of a ticket; nil when it is over.
  public func turn(_ ticket: AdmissionTicket) -> AdmissionTurn? { entry(ticket)?.turn }

  /// Seconds since a turn arrived; 0 for a ticket that is over.
  public func waitedSeconds(_ ticket: AdmissionTicket, at now: Instant) -> Double {
    entry(ticket).map { max(0, $0.arrival.seconds(to: now)) } ?? 0
  }

  /// Whether another turn of a tenant could only wait in the place of one that waits.
  public func isFull(for tenant: TenantID) -> Bool {
    let own = tenants.number(of: tenant).map { tenants[$0].waiting } ?? 0
    return waitingCount >= settings.waitingMax || own >= settings.tenantWaitingMax
  }

  /// What share of the turns of a model that could be in time when they came, of the latest few
  /// dozen, were late before they could begin.
  public func lateShare(of model: ModelID) -> Double {
    lineNumber(of: model).map { lines[Int($0)].lateShare } ?? 0
  }

  /// Models with turns that wait, in a stable order.
  public var waitingModels: [ModelID] { lines.compactMap { $0.waiting > 0 ? $0.model : nil } }

  /// The turn of a model that is next, among those that wait.
  public func first(of model: ModelID) -> AdmissionTicket? {
    guard let line = lineNumbers[model], let index = lines[Int(line)].first else { return nil }
    return ticket(index)
  }

  /// Takes in a turn that arrived, or says why its tenant may not have it now.
  public mutating func offer(_ turn: AdmissionTurn, at now: Instant) -> Offer {
    let now = advance(to: now)
    counts.offered += 1
    guard hasRoom else {
      return .refused(refuse(.overLimit(limit: settings.runningMax), turn, runSeconds))
    }
    guard let tenant = enter(turn.tenant, at: now) else {
      return .refused(refuse(.overLimit(limit: settings.tenantsMax), turn, runSeconds))
    }
    if let (reason, seconds) = tenants.use(tenant, tokens: turn.tokens, at: now) {
      return .refused(refuse(reason, turn, seconds ?? runSeconds / Double(tenants[tenant].held)))
    }
    let ticket = admit(turn, of: tenant, at: now)
    return first(of: turn.model) == nil ? .first(ticket) : .behind(ticket)
  }

  /// A turn that was withdrawn runs all the same: its tenant is charged for it, whatever its
  /// quotas; nil where there is no place for it.
  public mutating func resume(_ turn: AdmissionTurn, at now: Instant) -> AdmissionTicket? {
    let now = advance(to: now)
    guard hasRoom, let tenant = enter(turn.tenant, at: now) else { return nil }
    counts.offered += 1
    tenants.charge(tenant, tokens: turn.tokens)
    let ticket = admit(turn, of: tenant, at: now)
    start(ticket, at: now)
    return ticket
  }

  private var hasRoom: Bool {
    entries.count - freeEntries.count < settings.runningMax + settings.waitingMax
  }

  /// Opens the account of a turn whose quotas have been used.
  private mutating func admit(
    _ turn: AdmissionTurn,
    of tenant: Int32,
    at now: Instant
  ) -> AdmissionTicket {
    tenants.hold(tenant)
    let line = enter(turn.model)
    lines[Int(line)].held += 1
    let own = tenants[tenant].limits.priority
    sequence += 1
    let rank = rank(of: turn, arrival: now, sequence: sequence, at: now)
    let entry = Entry(
      generation: sequence,
      turn: turn,
      tenant: tenant,
      line: line,
      priority: max(0, min(own, turn.priority ?? own)),
      arrival: now,
      rank: rank,
      work: charge(of: turn, cachedTokens: 0, outputTokens: turn.outputTokens)
    )
    let index = freeEntries.popLast() ?? Int32(entries.count)
    if Int(index) == entries.count { entries.append(entry) } else { entries[Int(index)] = entry }
    return ticket(index)
  }

  /// A turn that was offered, or that waits, begins to run on a replica that is expected to have
  /// `cachedTokens` of its prompt.
  public mutating func start(
    _ ticket: AdmissionTicket,
    cachedTokens: Int = 0,
    at now: Instant
  ) {
    guard let entry = entry(ticket), entry.stage != .running else { return }
    let now = advance(to: now)
    let (line, index) = (Int(entry.line), Int(ticket.index))
    let cached = max(0, min(cachedTokens, entry.turn.promptTokens))
    let tokens = entry.turn.outputTokens
    let charge = charge(of: entry.turn, cachedTokens: cached, outputTokens: tokens)
    let weight = tenants[entry.tenant].limits.weight
    lines[line].lanes[entry.priority].start(of: entry.tenant, weight: weight, charge: charge)
    if entry.stage == .waiting {
      if entry.rank.timeliness != .late { lines[line].noteTimeliness(isLate: false) }
      leave(ticket.index, entry)
      lines[line].pace.release(entry.work)
      if entry.arrival < now { counts.waited += 1 }
    }
    entries[index]?.stage = .running
    entries[index]?.charge = charge
    entries[index]?.cachedTokens = cached
    entries[index]?.started = now
    runningCount += 1
    counts.started += 1
  }

  /// A turn that ran has ended; what it used is put right where that is known.
  ///
  /// Ignores a turn that does not run: `false`.
  @discardableResult
  public mutating func end(
    _ ticket: AdmissionTicket,
    outcome: TurnOutcome? = nil,
    at now: Instant
  ) -> Bool {
    guard let entry = entry(ticket), entry.stage == .running else { return false }
    let now = advance(to: now)
    runSeconds += (entry.started.seconds(to: now) - runSeconds) / 20
    var correction = 0.0
    if let outcome {
      let output = max(0, outcome.outputTokens)
      let cached = max(0, min(outcome.cachedTokens, entry.turn.promptTokens))
      correction = charge(of: entry.turn, cachedTokens: cached, outputTokens: output) - entry.charge
      tenants.take(tokens: output - entry.turn.outputTokens, of: entry.tenant)
    }
    runningCount -= 1
    counts.ended += 1
    lines[Int(entry.line)].lanes[entry.priority].end(of: entry.tenant, correction: correction)
    free(ticket.index, entry)
    return true
  }

  /// A turn never ran and won't: its request and its tokens come back to its tenant.
  ///
  /// Ignores a ticket that is over: `false`.
  @discardableResult
  public mutating func withdraw(_ ticket: AdmissionTicket, at now: Instant) -> Bool {
    guard entry(ticket) != nil else { return false }
    advance(to: now)
    counts.withdrawn += 1
    drop(ticket.index)
    return true
  }
}

extension AdmissionQueue {
  func entry(_ ticket: AdmissionTicket) -> Entry? {
    guard entries.indices.contains(Int(ticket.index)), let entry = entries[Int(ticket.index)],
      entry.generation == ticket.generation
    else { return nil }
    return entry
  }

  func ticket(_ index: Int32) -> AdmissionTicket {
    AdmissionTicket(index: index, generation: entries[Int(index)]?.generation ?? 0)
  }

  /// Takes a turn out, whatever it does, as if it had never been served.
  mutating func drop(_ index: Int32) {
    guard let entry = entries[Int(index)] else { return }
    switch entry.stage {
    case .offered: break
    case .waiting: leave(index, entry)
    case .running:
      runningCount -= 1
      lines[Int(entry.line)].lanes[entry.priority].end(
        of: entry.tenant,
        correction: -entry.charge
      )
    }
    tenants.giveBackRequest(of: entry.tenant)
    tenants.take(tokens: -entry.turn.tokens, of: entry.tenant)
    free(index, entry)
  }

  func lineNumber(of model: ModelID) -> Int32? { lineNumbers[model] }

  /// The entry of a ticket, of another rank if one is given.
  mutating func entry(_ ticket: AdmissionTicket, ranked rank: Double?, at now: Instant) -> Entry? {
    guard let rank, var entry = entry(ticket) else { return entry(ticket) }
    entry.turn.rank = rank
    entry.rank = self.rank(
      of: entry.turn,
      arrival: entry.arrival,
      sequence: entry.generation,
      at: now
    )
    entries[Int(ticket.index)] = entry
    return entry
  }

  mutating func replace(_ index: Int32, _ entry: Entry) { entries[Int(index)] = entry }

  /// A turn waits no more.
  private mutating func leave(_ index: Int32, _ entry: Entry) {
    let line = Int(entry.line)
    lines[line].pace.advance(to: latest, isBusy: true)
    lines[line].lanes[entry.priority].leave(index, of: entry.tenant, work: entry.work)
    lines[line].waiting -= 1
    tenants.wait(entry.tenant, -1, bytes: entry.turn.bytes)
    overdue.remove(index)
    timely.remove(index)
    waitingCount -= 1
    waitingBytes -= entry.turn.bytes
  }

  private mutating func free(_ index: Int32, _ entry: Entry) {
    entries[Int(index)] = nil
    freeEntries.append(index)
    tenants.release(entry.tenant)
    let line = Int(entry.line)
    lines[line].held -= 1
    guard lines[line].held == 0 else { return }
    lineNumbers[entry.turn.model] = nil
    lines[line] = ModelQueue()
    freeLines.append(entry.line)
  }

  private mutating func enter(_ tenant: TenantID, at now: Instant) -> Int32? {
    if let number = tenants.number(of: tenant) { return number }
    return tenants.enter(tenant, settings, at: now) { number in
      for line in lines.indices {
        for lane in lines[line].lanes.indices { lines[line].lanes[lane].forget(number) }
      }
    }
  }

  private mutating func enter(_ model: ModelID) -> Int32 {
    if let number = lineNumbers[model] { return number }
    let number = freeLines.popLast() ?? Int32(lines.count)
    if Int(number) == lines.count { lines.append(ModelQueue()) }
    lines[Int(number)] = ModelQueue(model: model)
    lineNumbers[model] = number
    return number
  }

  @discardableResult
  mutating func advance(to now: Instant) -> Instant {
    latest = max(latest, now)
    return latest
  }

  mutating func refuse(
    _ reason: AdmissionRefusal.Reason,
    _ turn: AdmissionTurn,
    _ seconds: Double
  ) -> AdmissionRefusal {
    counts.refused += 1
    return AdmissionRefusal(reason, of: turn.tenant, retryAfterSeconds: seconds)
  }

  func charge(of turn: AdmissionTurn, cachedTokens: Int, outputTokens: Int) -> Double {
    settings.inputWeight * Double(turn.promptTokens - cachedTokens)
      + settings.cachedWeight * Double(cachedTokens) + settings.outputWeight * Double(outputTokens)
  }
}
