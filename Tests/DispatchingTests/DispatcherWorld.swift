import Admission
import Basics
import Capacity
import FleetSpec
import TestSupport
import Testing

@testable import Dispatching
@testable import KVIndex
@testable import Routing

/// A dispatcher, clients that ask it and replicas that report to it over a way that loses, repeats
/// and reorders, with what should be known of all that.
struct DispatcherWorld {
  /// What a replica has to report.
  private enum Message {
    case accepted
    case left
    case ended(TurnOutcome, TurnEnding)
  }

  let seed: UInt64
  private(set) var dispatcher: Dispatcher
  private(set) var twin = TwinLedger()
  private var random: PRNG
  private var now = instant(100)
  /// The latest instant that the dispatcher was told.
  private var latest = Instant.zero
  private let specs: [ReplicaSpec]
  private let chains = (0..<6).map { chain("\($0)", blocks: 40) }
  /// Turns that were offered, and neither answered nor withdrawn.
  private var waiting: Set<TurnID> = []
  private var refused: UInt64 = 0
  private var placed: UInt64 = 0
  /// Turns that were answered or withdrawn.
  private var settled: Set<TurnID> = []
  private var way: [(id: TurnID, replica: ReplicaID, message: Message)] = []

  init(seed: UInt64) throws {
    self.seed = seed
    random = PRNG(seed: seed)
    specs = [
      try TestFleet.replica("a/0", waitingMax: 3),
      try TestFleet.replica("b/0", waitingMax: 3, publishesEvents: false),
      try TestFleet.replica("c/0", region: "us", blockCount: 2_000, waitingMax: 2),
      try TestFleet.replica("d/0", model: "qwen2.5-7b", region: "us", waitingMax: 2),
    ]
    var settings = Dispatcher.Settings(seed: seed)
    // The twin has all places live equally long.
    settings.claimTime = nil
    settings.timeScale = random.next() % 2 == 0 ? 1 : 10
    (settings.admission.waitingMax, settings.admission.waitMax) = (12, .seconds(20))
    (settings.admission.tenantsMax, settings.admission.limits.concurrentTurns) = (3, 12)
    settings.admission.tenants = [try #require(TenantID("b")): .init(weight: 2, priority: 5)]
    dispatcher = Dispatcher(settings: settings)
    for spec in specs { attach(spec) }
  }

  private mutating func chance(_ percent: Int) -> Bool { random.below(100) < percent }

  // MARK: What happens

  mutating func step() {
    switch random.below(16) {
    case 0...3: offer()
    case 4...7: for _ in 0...random.below(4) { deliver() }
    case 8, 9: report()
    case 10, 11:
      now = now.advanced(by: .milliseconds(random.below(chance(6) ? 60_000 : 300)))
      advance()
    case 12:
      let known = waiting.sorted() + twin.entries.map(\.id)
      if let id = known.randomElement(using: &random), chance(40) { withdraw(id) }
    case 13: change()
    case 14: synchronise()
    default:
      // A clock that goes back.
      if chance(10) { now = now.advanced(by: .milliseconds(-random.below(5_000))) }
      let turn = turn()
      _ = dispatcher.explain(turn, at: now)
      pass()
    }
  }

  /// The dispatcher was told the time, and looked at what has expired.
  private mutating func pass() {
    latest = max(latest, now)
    twin.expire(at: latest)
  }

  private mutating func turn() -> Turn {
    let model = ["llama-3.1-8b", "llama-3.1-8b", "qwen2.5-7b", "unknown", "not a name"]
    let number = chance(5) ? 3 + random.below(2) : random.below(3)
    // Many begin with the same prefix.
    let hashes = Array(chains[chance(50) ? 0 : random.below(6)].prefix(random.below(41)))
    var turn = Turn.sample(
      chance(60) ? "r\(random.below(30))" : "",
      of: ["a", "b", "c", "d", "not a name"][random.below(5)],
      model: model[number],
      tokens: hashes.count * 16 + 1 + random.below(chance(20) ? 30_000 : 2_000),
      hashes: hashes
    )
    turn.origin = RegionID(["eu", "us", "nowhere"][random.below(3)])
    (turn.outputTokens, turn.isEstimated) = (random.below(2) * random.below(400), chance(10))
    if chance(20) { turn.excluded = specs.map(\.id).filter { _ in chance(40) } }
    if chance(20) { turn.policy = random.below(dispatcher.policyNames.count) }
    if chance(30) { turn.priority = random.below(8) }
    if chance(30) { turn.deadline = .milliseconds(50 + random.below(20_000)) }
    turn.makesCopies = chance(80)
    return turn
  }

  private mutating func offer() {
    let turn = turn()
    let excluded = turn.excluded.compactMap { twin.slot(of: $0) }
    if !excluded.isEmpty, let name = name(of: turn) { twin.takeBack(name, from: excluded) }
    var answers: [Dispatcher.Answer] = []
    latest = max(latest, now)
    switch dispatcher.offer(turn, at: now, into: &answers) {
    case .waits(let id): waiting.insert(id)
    case .answered(let answer):
      waiting.insert(answer.id)
      answers.append(answer)
    }
    take(answers)
    if chance(50) { advance() }
  }

  /// What a turn is called, by its tenant; no name that none can have differs from another.
  private func name(of turn: Turn) -> String? {
    turn.subject.request.isEmpty ? nil : "\(turn.tenant?.text ?? "") \(turn.subject.request)"
  }

  private mutating func advance() {
    pass()
    var answers: [Dispatcher.Answer] = []
    dispatcher.advance(at: now, into: &answers)
    take(answers)
  }

  private mutating func take(_ answers: [Dispatcher.Answer]) {
    for answer in answers {
      let wasWaiting = waiting.remove(answer.id) != nil && settled.insert(answer.id).inserted
      #expect(wasWaiting, "turn \(answer.id) is answered again, seed \(seed)")
      guard case .placed(let placement) = answer.verdict else {
        refused += 1
        continue
      }
      placed += 1
      let hashCount = answer.turn.blockHashes.count
      send(answer.id, on: placement.slot, hashCount: hashCount, name: name(of: answer.turn))
      let spec = twin.replicas[placement.slot]
      #expect(spec?.model == answer.turn.model, "seed \(seed)")
      #expect(spec.map { answer.turn.excluded.contains($0.id) } == false, "seed \(seed)")
      guard let copy = answer.copy else { continue }
      let hashes = copy.prefix.hashes.count
      send(copy.id, on: copy.prefix.slot, hashCount: hashes, isCopy: true)
    }
  }

  /// A client is told where its turn goes, and sends it there, more often than not.
  private mutating func send(
    _ id: TurnID,
    on slot: Int32,
    hashCount: Int,
    name: String? = nil,
    isCopy: Bool = false
  ) {
    twin.place(
      id,
      on: slot,
      hashCount: hashCount,
      expiry: latest.advanced(by: dispatcher.settings.reservationTime),
      name: name,
      isCopy: isCopy
    )
    guard let replica = twin.replicas[slot]?.id, chance(85) else { return }
    let ending = [TurnEnding.completed, .completed, .cancelled, .aborted, .refused][random.below(5)]
    if ending != .refused { way.append((id, replica, .accepted)) }
    if chance(20) { way.append((id, replica, .left)) }
    way.append((id, replica, .ended(outcome(), ending)))
  }

  private mutating func outcome() -> TurnOutcome {
    var outcome = TurnOutcome(cached: random.below(1_000), output: random.below(300))
    if chance(20) { outcome.ttftSeconds = nil }
    return outcome
  }

  /// Something arrives, some time; or is lost, or comes again, or from elsewhere.
  private mutating func deliver() {
    guard !way.isEmpty else { return }
    let (id, replica, message) = way.remove(at: random.below(min(way.count, 12)))
    if chance(5) { return }
    if chance(15) { way.append((id, replica, message)) }
    guard let slot = chance(10) ? Int32(random.below(7) - 1) : twin.slot(of: replica) else {
      return
    }
    apply(message, of: id, by: slot)
  }

  private mutating func apply(_ message: Message, of id: TurnID, by slot: Int32) {
    switch message {
    case .accepted:
      dispatcher.accepted(id, by: slot, at: now)
      twin.accept(id, by: slot, isResumed: dispatcher.ledger[id]?.stage == .accepted)
    case .left:
      dispatcher.left(id, by: slot, at: now)
      twin.leave(id, by: slot)
    case .ended(let outcome, let ending):
      dispatcher.ended(id, outcome, ending, by: slot, at: now)
      twin.end(id, ending, by: slot)
    }
  }

  private mutating func report() {
    guard let slot = twin.replicas.keys.sorted().randomElement(using: &random) else { return }
    latest = max(latest, now)
    let load = ReplicaLoad(
      blocksUsed: random.below(2_000),
      blocksCached: random.below(2_000),
      running: random.below(40),
      waiting: random.below(3),
      prefillTokensQueued: random.below(2) * random.below(20_000),
      decoding: random.below(40),
      contextTokens: random.below(400_000)
    )
    dispatcher.reported(chance(50) ? load : chance(50) ? ReplicaLoad() : nil, by: slot, at: now)
    if chance(5) { dispatcher.cleared(slot) }
    guard twin.replicas[slot]?.publishesEvents == true else { return }
    let hashes = Array(chains[random.below(6)].prefix(random.below(41)))
    if chance(30) { dispatcher.stored(hashes.span, by: slot) }
    let evicted = Array(hashes.suffix(3))
    if chance(20) { dispatcher.removed(evicted.span, by: slot, at: now) }
  }

  private mutating func withdraw(_ id: TurnID) {
    dispatcher.withdraw(id, at: now)
    twin.giveBack(id)
    if waiting.remove(id) != nil { settled.insert(id) }
  }

  /// A replica comes, goes or changes its readiness.
  private mutating func change() {
    let spec = specs[random.below(specs.count)]
    guard let slot = twin.slot(of: spec.id) else { return attach(spec) }
    switch random.below(6) {
    case 0:
      dispatcher.detach(slot, at: now)
      twin.detach(slot)
    case 1 where chance(30): attach(spec)
    case 1, 2: dispatcher.setReadiness(slot, [.suspect, .draining, .starting][random.below(3)])
    default: dispatcher.setReadiness(slot, .ready)
    }
  }

  private mutating func attach(_ spec: ReplicaSpec) {
    guard let slot = dispatcher.attach(spec) else {
      Issue.record("there is no room for \(spec.id)")
      return
    }
    twin.attach(spec, on: slot)
    dispatcher.setReadiness(slot, .ready)
  }

  /// A node begins to report all again, or has.
  private mutating func synchronise() {
    guard let slot = twin.replicas.keys.sorted().randomElement(using: &random) else { return }
    if chance(50) {
      dispatcher.resynchronise(slot)
      twin.resynchronise(slot)
    }
    for entry in twin.entries(on: slot) where chance(40) {
      apply(.accepted, of: entry.id, by: slot)
    }
    if chance(70) {
      dispatcher.synchronised(slot, at: now)
      twin.synchronise(slot)
    }
  }

  // MARK: What must hold

  mutating func check() throws {
    let (ledger, counts) = (dispatcher.ledger, dispatcher.counts)
    for entry in twin.entries where ledger[entry.id]?.isPresumed == true { twin.presume(entry.id) }
    for id in waiting { try #require(ledger[id]?.stage == .waiting, "seed \(seed)") }
    for entry in twin.entries {
      try #require(ledger[entry.id]?.stage == entry.stage, "turn \(entry.id), seed \(seed)")
      try #require(ledger[entry.id]?.isCopy == entry.isCopy, "seed \(seed)")
    }
    try #require(ledger.count == waiting.count + twin.entries.count, "seed \(seed)")
    try #require((counts.placed, counts.refused) == (placed, refused), "seed \(seed)")
    try #require(
      (counts.completed, counts.cutShort) == (twin.completed, twin.cutShort),
      "seed \(seed)"
    )
    try #require(counts.notTaken == twin.notTaken, "seed \(seed)")
    try #require(counts.running == UInt64(twin.runningCount), "seed \(seed)")
    try checkLoad()
    try checkAdmission()
    let places = twin.entries.filter { $0.stage == .placed }
    try #require(ledger.deadline == places.map(\.expiry).min(), "seed \(seed)")
    try #require(ledger.placedCount == places.count, "seed \(seed)")
    try #require(ledger.expiredCount == twin.expired, "seed \(seed)")
    let uncounted = twin.entries.count { $0.stage == .unaccounted }
    try #require(ledger.unaccountedCount == uncounted, "seed \(seed)")
  }

  /// What is pending on each replica is what is placed there.
  private func checkLoad() throws {
    for slot in 0..<Int32(dispatcher.view.slotCount) {
      let own = twin.entries(on: slot)
      try #require(dispatcher.ledger.turns(on: slot) == own.map(\.id), "seed \(seed)")
      guard let state = dispatcher.view.state(slot) else {
        try #require(own.isEmpty && twin.replicas[slot] == nil, "seed \(seed)")
        continue
      }
      var sum = Demand()
      for entry in own {
        guard let record = dispatcher.ledger[entry.id] else { continue }
        try #require(record.generation == state.generation, "seed \(seed)")
        if entry.stage == .placed { sum += record.demand }
      }
      let (flops, steps) = (state.pending.prefillFLOPs, state.pending.prefillSteps)
      try #require(abs(flops - sum.prefillFLOPs) <= 1e-6 * sum.prefillFLOPs, "seed \(seed)")
      try #require(abs(steps - sum.prefillSteps) <= 1e-6 * sum.prefillSteps, "seed \(seed)")
      (sum.prefillFLOPs, sum.prefillSteps) = (flops, steps)
      try #require(state.pending == (sum.requests == 0 ? Demand() : sum), "seed \(seed)")
      if dispatcher.inferred.covers(slot) {
        let held = dispatcher.index.blockCount(slot)
        try #require(held == dispatcher.inferred.blockCount(slot), "seed \(seed)")
      }
    }
  }

  /// Every turn that waits or runs has an account in the queue, and no other.
  private func checkAdmission() throws {
    let admission = dispatcher.admission
    var (running, hashCount) = (0, 0)
    for entry in twin.entries {
      guard let record = dispatcher.ledger[entry.id] else { continue }
      let counts = entry.stage == .placed || entry.stage == .accepted
      try #require((record.ticket != nil) == (counts && !entry.isCopy), "seed \(seed)")
      if let ticket = record.ticket { try #require(admission.turn(ticket)?.number == entry.id) }
      if counts && !entry.isCopy { running += 1 }
      if record.inferred != nil { hashCount += entry.hashCount }
    }
    try #require(admission.runningCount == running, "seed \(seed)")
    try #require(admission.waitingCount == waiting.count, "seed \(seed)")
    try #require(dispatcher.inferred.hashCount == hashCount, "seed \(seed)")
  }

  /// Everything is answered, and then ends.
  mutating func finish() throws {
    for spec in specs where twin.slot(of: spec.id) == nil { attach(spec) }
    for _ in 0..<20 where !waiting.isEmpty {
      for slot in twin.replicas.keys { dispatcher.setReadiness(slot, .ready) }
      now = latest.advanced(by: .seconds(20))
      advance()
      try check()
    }
    #expect(waiting.isEmpty, "seed \(seed)")
    now = latest.advanced(by: dispatcher.settings.reservationTime)
    advance()
    for slot in twin.replicas.keys.sorted() {
      dispatcher.resynchronise(slot)
      dispatcher.synchronised(slot, at: now)
      twin.resynchronise(slot)
      twin.synchronise(slot)
      #expect(dispatcher.view.state(slot)?.pending == Demand(), "seed \(seed)")
    }
    try check()
    #expect(dispatcher.admission.runningCount == 0 && dispatcher.inferred.hashCount == 0)
    for entry in twin.entries {
      guard let slot = twin.slot(of: entry.replica) else { continue }
      apply(.ended(outcome(), .completed), of: entry.id, by: slot)
    }
    try check()
    #expect(dispatcher.ledger.count == 0 && twin.entries.isEmpty, "seed \(seed)")
    #expect(dispatcher.ledger.deadline == nil && dispatcher.waitDeadline == nil, "seed \(seed)")
  }
}

extension Array {
  fileprivate func randomElement(using random: inout PRNG) -> Element? {
    isEmpty ? nil : self[Int(random.next() % UInt64(count))]
  }
}
