import Basics
import Testing

@testable import Engines
@testable import Transcripts

struct EngineWatchTests {
  private var watch = EngineWatch(model: "tiny", name: "the engine at x:1", at: .zero)
  private var now = Instant.zero

  private mutating func step(_ event: EngineWatch.Event) -> [EngineWatch.Action] {
    var actions = Actions<EngineWatch.Action>()
    watch.step(event, at: now, into: &actions)
    return actions.take()
  }

  private mutating func answer(
    _ question: EngineWatch.Question,
    _ status: Int = 200,
    _ body: String = ""
  ) -> [EngineWatch.Action] {
    step(.answered(question, status: status, body: Array(body.utf8)))
  }

  /// Waits until it wants to ask again.
  private mutating func wait() throws -> [EngineWatch.Action] {
    now = try #require(watch.deadline)
    return step(.timePassed)
  }

  private static let list = ModelList(models: [ListedModel(id: "tiny")], owner: "vllm")

  private mutating func becomeReady() throws {
    #expect(try wait() == [.ask(.health)])
    #expect(answer(.health) == [.ask(.models)])
    #expect(
      answer(.models, 200, #"{"data":[{"id":"tiny","owned_by":"vllm"}]}"#)
        == [.listed(Self.list), .ask(.metrics)]
    )
    #expect(answer(.metrics, 404) == [.measured(nil), .changed(.ready)])
  }

  @Test mutating func `an engine is ready once it is well and lists the model`() throws {
    guard case .starting = watch.state else { Issue.record("it is \(watch.state)"); return }
    try becomeReady()
    #expect(watch.deadline == now.advanced(by: .seconds(1)))
    // Its models are asked for now and then.
    #expect(try wait() == [.ask(.health)])
    #expect(answer(.health) == [.ask(.metrics)])
    var figures = EngineFigures()
    figures.running = 3
    #expect(answer(.metrics, 200, "vllm:num_requests_running 3\n") == [.measured(figures)])
    #expect(answer(.metrics) == [], "nobody asked")
    now = now.advanced(by: .seconds(20))
    _ = step(.timePassed)
    #expect(answer(.health) == [.ask(.models)])
  }

  @Test mutating func `what it lists instead is said`() throws {
    _ = try wait()
    _ = answer(.health, 404)
    let actions = answer(.models, 200, #"{"data":[{"id":"a"},{"id":"l","parent":"a"},{"id":"b"}]}"#)
    let why =
      #"the engine at x:1 lists no model "tiny"; it lists "a", "b": set engineModel to one of "#
      + "these"
    #expect(actions.last == .changed(.failed(why)))
    _ = try wait()
    _ = answer(.health)
    #expect(
      answer(.models, 200, "<html>").last
        == .changed(.failed("the engine at x:1 answers 200 to /v1/models"))
    )
  }

  @Test mutating func `one that loads its model starts`() throws {
    _ = try wait()
    let body = #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#
    #expect(
      answer(.health, 503, body)
        == [.changed(.starting("the engine at x:1 answers 503 to /health: Loading model"))]
    )
    try becomeReady()
    _ = try wait()
    #expect(
      answer(.health, 503) == [.changed(.failed("the engine at x:1 answers 503 to /health"))]
    )
  }

  @Test mutating func `one that can't be reached is found out at once, one that is late is not`()
    throws
  {
    try becomeReady()
    for _ in 0..<2 {
      _ = try wait()
      #expect(step(.failed(.health, reason: "no answer", isLate: true)) == [])
    }
    _ = try wait()
    let late = EngineState.failed("the engine at x:1 can't be reached: no answer")
    #expect(step(.failed(.health, reason: "no answer", isLate: true)) == [.changed(late)])
    try becomeReady()
    #expect(step(.turnFailed) == [])
    #expect(watch.deadline == now, "it is asked at once")
    _ = try wait()
    let refused = EngineState.failed("the engine at x:1 can't be reached: refused")
    #expect(
      step(.failed(.health, reason: "refused", isLate: false)) == [.lost, .changed(refused)]
    )
    _ = try wait()
    #expect(step(.failed(.health, reason: "refused", isLate: false)) == [])
  }

  @Test mutating func `one whose process ended is not asked until it runs again`() throws {
    #expect(step(.processChanged(.ready)) == [.changed(.starting("the engine at x:1 starts"))])
    _ = try wait()
    #expect(step(.failed(.health, reason: "refused", isLate: false)) == [], "it starts")
    try becomeReady()
    let ended = EngineState.failed("the engine ended")
    #expect(step(.processChanged(ended)) == [.lost, .changed(ended)])
    #expect(watch.deadline == nil)
    #expect(step(.processChanged(.ready)) == [.changed(.starting("the engine at x:1 starts"))])
    try becomeReady()
  }

  @Test mutating func `metrics that can't be read say nothing`() throws {
    try becomeReady()
    _ = try wait()
    _ = answer(.health)
    #expect(answer(.metrics, 200, "<html>\n") == [.measured(nil)])
  }

  @Test func `restarts wait longer each time, until the engine was ready for a while`() {
    var pace = RestartPace()
    let times = (0..<8).map { _ in pace.ended(at: .zero) }
    #expect(times == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    pace.became(ready: true, at: .zero)
    #expect(pace.ended(at: .zero.advanced(by: .seconds(59))) == .seconds(60))
    pace.became(ready: true, at: .zero)
    #expect(pace.ended(at: .zero.advanced(by: .seconds(61))) == .seconds(1))
  }
}
