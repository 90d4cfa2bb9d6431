import Admission
import Basics
import Capacity
import Dispatching
import EngineModel
import FleetSpec
import KVIndex
import RivalPolicies
import Routing
import Traces

/// One replica: its engine, and what of it is on its way to the control plane.
///
/// It is brought forward only when somebody looks at it or sends something to it; what it reports
/// in between is as if it had run all the time.
struct SimulatedReplica {
  /// A report of one moment.
  struct Report {
    let arrival: Instant
    let load: ReplicaLoad
    /// The place of its events among those of ``Reports``; -1 for none.
    var events: Int32
  }

  /// What a report has beside the load.
  struct Events {
    var cache = ResidencyChanges()
    /// Turns that the engine took.
    var accepted: [TurnID] = []
    /// What became of turns.
    var ended: [(id: TurnID, outcome: TurnOutcome, ending: TurnEnding)] = []

    var isEmpty: Bool { cache.isEmpty && accepted.isEmpty && ended.isEmpty }
  }

  /// Reports in their order, and the events of those that have some.
  ///
  /// Apart, since nearly all have none, and to forget what is but figures takes no time.
  struct Reports {
    var reports: [Report] = []
    var events: [Events] = []

    @inline(__always)
    mutating func append(_ report: Report, _ more: Events?) {
      reports.append(report)
      guard let more else { return }
      reports[reports.count - 1].events = Int32(events.count)
      events.append(more)
    }

    mutating func removeAll() {
      reports.removeAll(keepingCapacity: true)
      if !events.isEmpty { events.removeAll(keepingCapacity: true) }
    }
  }

  /// What clients receive, and a buffer for what engines put out: those of all replicas are one.
  struct ClientOutput {
    enum Piece {
      case started(turn: Int, cachedTokens: Int, at: Instant)
      case finished(turn: Int, EngineFinish)
    }

    var pieces: [Piece] = []
    fileprivate var outputs = Actions<EngineOutput>()
  }

  /// What reports take on their way.
  struct ReportDelay {
    /// Whether it differs from one report to the next.
    let varies: Bool
    /// The least that it can be, in nanoseconds; all of it where it does not vary.
    let least: Int64
    private let way: Int64
    private let delays: LoopDelays
    private let seed: UInt64
    private var count: UInt64 = 0
    private var latest = Instant.zero

    /// `mean` includes the delay of a report.
    init(mean: Duration, of delays: LoopDelays, seed: UInt64) {
      (self.delays, self.seed) = (delays, seed)
      let report = delays.report.nanoseconds
      way = mean.nanoseconds - report
      varies = delays.jitter > 0 && report > 0
      least = varies ? way + Int64((1 - delays.jitter) * Double(report)) - 1 : way + report
    }

    /// When the next report arrives, which is sent `now`; none overtakes another.
    mutating func arrival(at now: Instant) -> Instant {
      guard varies else { return now.advanced(nanoseconds: least) }
      count += 1
      let report = delays.length(of: delays.report, seed: seed, number: count)
      latest = max(latest, now.advanced(nanoseconds: way + report.nanoseconds))
      return latest
    }
  }

  let spec: ReplicaSpec
  /// Its slot in the dispatcher; -1 while that does not know it.
  var slot: Int32 = -1

  private let engineSettings: EngineSettings
  private var delay: ReportDelay

  private(set) var engine: SimulatedEngine
  /// The turns that the engine has, by its numbers for them.
  private var ids: [UInt64: TurnID] = [:]

  private var pacer = ReportPacer()
  /// The sequences that decoded when it reported last.
  private var decoding = 0
  private var unsent = Events()
  private var reports = FIFO<Report>()
  private var events = FIFO<Events>()

  /// The endless cache that it shares with others, if any.
  var sharedBlocks: SharedBlocks? { didSet { engine.externalStore = sharedBlocks } }

  /// Outages that hold at the moment.
  var outages = 0
  /// Counts the losses, so that late reports of an earlier one are known as such.
  var incarnation = 0

  /// Makes a replica that is up and idle, whose engine is `speed` times as fast as its figures say;
  /// nil when those make no engine.
  init?(
    _ spec: ReplicaSpec,
    timing: StepTiming,
    speed: Double,
    delay: ReportDelay
  ) {
    guard speed > 0,
      var settings = EngineSettings(
        roofline: spec.roofline.atSpeed(speed),
        blockTokens: spec.blockTokens,
        blockCount: spec.blockCount
      )
    else { return nil }
    settings.timing = timing
    settings.stepTokensMax = spec.stepTokensMax
    settings.runningMax = spec.runningMax
    settings.waitingMax = spec.waitingMax
    self.spec = spec
    self.delay = delay
    engineSettings = settings
    engine = SimulatedEngine(settings: settings)
    engine.reportsTokens = false
  }

  /// Whether its engine is not on its GPUs, which jobs may have.
  var isParked = false

  var isUp: Bool { outages == 0 && !isParked }

  /// When its engine next has something to do; nil while it is idle.
  var deadline: Instant? { mutating get { engine.deadline } }

  /// What its engine carries now.
  var load: ReplicaLoad { mutating get { engine.load } }

  /// When its next report may arrive, the far future when none will.
  ///
  /// Mutating for speed only: reading a large element of an array copies it.
  mutating func nextArrival() -> Instant {
    if let first = reports.first { return first.arrival }
    guard isUp else { return .distantFuture }
    // Any step may bring what is urgent.
    let urgent = engine.deadline.map { max($0, pacer.earliest(.urgent)) } ?? .distantFuture
    let due = min(urgent, pacer.due ?? .distantFuture)
    return due == .distantFuture ? due : due.advanced(nanoseconds: delay.least)
  }

  /// Takes out the reports that have arrived at `now`, in order, and runs all steps that could show
  /// in them.
  mutating func takeReports(
    at now: Instant,
    output: inout ClientOutput,
    into arrived: inout Reports
  ) {
    if isUp, delay.varies {
      advance(through: now.advanced(nanoseconds: -delay.least), output: &output)
    }
    while let first = reports.first, first.arrival <= now {
      _ = reports.popFirst()
      arrived.append(first, first.events < 0 ? nil : events.popFirst())
    }
    guard isUp, !delay.varies else { return }
    // What is sent now has arrived: it need not be kept here.
    advance(through: now.advanced(nanoseconds: -delay.least), output: &output, into: &arrived)
  }

  /// Runs all steps and sends all reports that are due by `limit`.
  mutating func advance(through limit: Instant, output: inout ClientOutput) {
    var sent = Reports()
    advance(through: limit, output: &output, into: &sent)
    for report in sent.reports { reports.append(report) }
    for more in sent.events { events.append(more) }
  }

  @inline(__always)
  private mutating func advance(
    through limit: Instant,
    output: inout ClientOutput,
    into sent: inout Reports
  ) {
    while true {
      let step = engine.deadline
      if let due = pacer.due, due <= limit, step.map({ due < $0 }) ?? true {
        report(at: due, into: &sent)
        continue
      }
      guard let step, step <= limit else { return }
      engine.advance(to: step, into: &output.outputs)
      collect(at: step, output: &output)
    }
  }

  /// Gives the engine a turn, after all that it does before `now`.
  mutating func submit(
    _ request: EngineRequest,
    turn id: TurnID,
    at now: Instant,
    output: inout ClientOutput
  ) -> EngineRefusal? {
    advance(through: now.advanced(nanoseconds: -1), output: &output)
    let refusal = engine.submit(request, at: now, into: &output.outputs)
    if refusal == nil {
      unsent.accepted.append(id)
      ids[request.id] = id
    } else {
      unsent.ended.append((id, .none, .refused))
    }
    collect(at: now, output: &output)
    return refusal
  }

  /// Forgets all that was in memory, and what has not arrived.
  mutating func restart(at now: Instant) {
    engine = SimulatedEngine(settings: engineSettings)
    engine.reportsTokens = false
    engine.externalStore = sharedBlocks
    (pacer, decoding, unsent) = (ReportPacer(), 0, Events())
    pacer.report(at: now)
    (reports, events) = (FIFO(), FIFO())
    ids = [:]
  }

  /// Sends what is due at `now`.
  private mutating func report(at now: Instant, into sent: inout Reports) {
    pacer.report(at: now)
    let report = Report(arrival: delay.arrival(at: now), load: engine.load, events: -1)
    decoding = report.load.decoding
    guard !unsent.isEmpty else { return sent.append(report, nil) }
    sent.append(report, unsent)
    unsent = Events()
  }

  private mutating func collect(at now: Instant, output: inout ClientOutput) {
    defer { note(at: now) }
    guard !output.outputs.isEmpty else { return }
    for index in 0..<output.outputs.count {
      switch output.outputs[index] {
      case .started(let id, let cachedTokens, _):
        output.pieces.append(.started(turn: Int(id), cachedTokens: cachedTokens, at: now))
      case .finished(let id, let finish):
        output.pieces.append(.finished(turn: Int(id), finish))
        if let turn = ids.removeValue(forKey: id) {
          let ending = finish.reason == .cancelled ? TurnEnding.cancelled : .completed
          unsent.ended.append((turn, TurnOutcome(finish), ending))
        }
      case .cache(let event): unsent.cache.note(event)
      case .tokens: break
      }
    }
    output.outputs.removeAll()
  }

  /// There is something to report, which turns and the cache make urgent.
  private mutating func note(at now: Instant) {
    let isUrgent = !unsent.accepted.isEmpty || !unsent.ended.isEmpty || unsent.cache.isPressing
    pacer.note(
      isUrgent ? .urgent : ReportPacer.urgency(of: engine.load, decoding: decoding),
      at: now
    )
  }
}

extension ResidencyChanges {
  fileprivate mutating func note(_ event: KVEvent) {
    switch event {
    case .stored(let hashes): for hash in hashes { note(hash, isHeld: true) }
    case .removed(let hashes): for hash in hashes { note(hash, isHeld: false) }
    case .cleared: clear()
    }
  }
}

extension EngineRequest {
  /// A turn as its engine takes it, with the true length of its answer.
  init(_ turn: SimulatedTurn, id: UInt64) {
    self.init(
      id: id,
      blockHashes: turn.blockHashes,
      blockTokens: turn.blockTokens,
      promptTokens: turn.promptTokens,
      length: .exactly(turn.outputTokens)
    )
  }
}

extension Roofline {
  /// The same hardware, of which an engine reaches `speed` times what it should.
  fileprivate func atSpeed(_ speed: Double) -> Roofline {
    guard speed != 1 else { return self }
    let reached = Efficiency(
      compute: efficiency.compute * speed,
      memory: efficiency.memory * speed,
      stepOverheadSeconds: efficiency.stepOverheadSeconds / speed
    )
    return Roofline(gpu: gpu, gpuCount: gpuCount, model: model, efficiency: reached)
  }
}

extension TurnOutcome {
  /// What becomes of a turn that an engine does not take.
  fileprivate static var none: Self {
    .init(
      cachedTokens: 0,
      outputTokens: 0,
      queueSeconds: 0,
      ttftSeconds: nil,
      totalSeconds: 0,
      isComplete: false
    )
  }

  /// What the engine says of a turn that ended.
  init(_ finish: EngineFinish) {
    self.init(
      promptTokens: finish.usage.promptTokens,
      cachedTokens: finish.usage.cachedTokens,
      outputTokens: finish.usage.outputTokens,
      queueSeconds: finish.queued.inSeconds,
      ttftSeconds: finish.ttft?.inSeconds,
      totalSeconds: finish.total.inSeconds,
      isComplete: finish.reason != .cancelled
    )
  }
}

/// A queue without bound, for what the simulation itself makes.
struct FIFO<Element> {
  private var elements: [Element] = []
  private var head = 0
  /// Here as well, since the elements are seldom needed, and far away.
  private var count = 0

  var first: Element? { count > 0 ? elements[head] : nil }

  mutating func append(_ element: Element) {
    elements.append(element)
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard let first else { return nil }
    head += 1
    count -= 1
    if count == 0 {
      elements.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 64, head > count {
      elements.removeFirst(head)
      head = 0
    }
    return first
  }
}
