import Admission
import Basics
import Coordination
import FleetSpec
import HearthMessages
import Routing
import TestSupport
import Testing

/// A control plane with nodes that can have one turn waiting each, and turns of several tenants.
struct QueueDriver {
  var control: ControlDriver
  /// The answer to a turn that is not held.
  private(set) var response: HearthV1.RouteResponse?
  /// Answers to turns that were held.
  private(set) var answers: [UInt64: HearthV1.RouteResponse] = [:]
  private var requestCount = 0

  init(
    nodes: [String] = ["n"],
    timeScale: Double = 1,
    objectives: ServiceObjectives = .init(),
    _ change: (inout AdmissionSettings) -> Void = { _ in }
  ) {
    var admission = AdmissionSettings()
    admission.waitMax = .seconds(60)
    change(&admission)
    control = ControlDriver(
      settings: .init(
        admission: admission,
        objectives: objectives,
        timeScale: timeScale,
        seed: 1
      )
    )
    control.attachRegion(1, "eu")
    for node in nodes { attach(node) }
  }

  mutating func attach(_ name: String, model: String = "llama") {
    var hello = Fixture.node(name)
    hello.replicas[0].waitingMax = 1
    hello.replicas[0].model?.name = model
    perform(control.say(1, .nodeAttached(hello)))
    control.skipSequence(name)
    let update = HearthV1.NodeUpdate(
      sequence: 1,
      reset: true,
      synced: true,
      availability: .ready,
      replicas: [.init(index: 0)]
    )
    perform(control.say(1, .nodeUpdate(.init(node: name, update: update))))
  }

  /// Asks where a turn runs; nil when it was answered, into ``response``.
  mutating func ask(
    _ tenant: String = "a",
    model: String = "llama",
    id: String? = nil,
    prompt: Int = 100,
    priority: Int = 0,
    deadline: Duration = .zero,
    ttft: Duration = .zero,
    excluding: [String] = [],
    token: UInt64 = 0,
    from peer: String = ""
  ) throws -> UInt64? {
    requestCount += 1
    let request = HearthV1.RouteRequest(
      requestId: id ?? "r\(requestCount)",
      model: model,
      tenant: tenant,
      originRegion: "eu",
      promptTokens: UInt32(prompt),
      excludedReplicas: excluding,
      priority: UInt32(priority),
      deadlineNs: deadline.nanoseconds,
      ttftNs: ttft.nanoseconds,
      retryToken: token
    )
    var actions = Actions<ControlCore.Action>()
    let answer = try control.core.route(request, from: peer, at: control.now, into: &actions)
    perform(actions.take())
    switch answer {
    case .held(let call):
      perform(control.step(.turnsArrived))
      guard let response = answers.removeValue(forKey: call) else { return call }
      self.response = response
      return nil
    case .answered(let response):
      self.response = response
      return nil
    }
  }

  /// Fills every node, and returns what was placed.
  mutating func fill(_ count: Int = 1) throws -> [HearthV1.Placement] {
    try (0..<count).compactMap { _ in
      let call = try ask("filler")
      #expect(call == nil)
      return response?.placement
    }
  }

  /// A node tells of turns, and so that it has room again.
  mutating func report(
    _ node: String = "n",
    accepted: [UInt64] = [],
    ended: [UInt64] = [],
    outcomes: [HearthV1.TurnOutcome] = []
  ) {
    perform(
      control.update(
        1,
        node,
        .init(index: 0, load: .init(), accepted: accepted, ended: ended, outcomes: outcomes)
      )
    )
    // What came too soon after the last try is looked at now.
    pass(.milliseconds(1))
  }

  /// A node has room again, and nobody has looked since.
  mutating func makeRoom(_ accepted: [HearthV1.Placement]) {
    for reservations in [[], accepted.map(\.reservation)] {
      perform(
        control.update(1, "n", .init(index: 0, load: .init(), accepted: reservations))
      )
    }
  }

  mutating func pass(_ time: Duration) {
    control.now = control.now.advanced(by: time)
    perform(control.step(.timePassed))
  }

  mutating func step(_ event: ControlCore.Event) { perform(control.step(event)) }

  mutating func perform(_ actions: [ControlCore.Action]) {
    answers.merge(actions.answers) { first, _ in
      Issue.record("a call is answered twice")
      return first
    }
  }

  /// Lets the node take what it was given, one turn after another, and names whose they were.
  mutating func serve(_ calls: [(call: UInt64, tenant: String)]) -> [String] {
    var order: [String] = []
    var seen: Set<UInt64> = []
    var pending = response?.placement?.reservation
    while let reservation = pending {
      pending = nil
      report(accepted: [reservation])
      for (call, tenant) in calls where !seen.contains(call) {
        guard let placement = answers[call]?.placement else { continue }
        seen.insert(call)
        order.append(tenant)
        pending = placement.reservation
      }
    }
    return order
  }
}
