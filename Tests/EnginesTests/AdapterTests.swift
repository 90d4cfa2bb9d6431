import Basics
import HTTP
import Testing
import Wire

@testable import Engines
@testable import Transcripts

struct AdapterTableTests {
  private var table = AdapterTable(sources: ["a": "/a", "b": "/b", "c": "/c"], slotsMax: 2)

  private static func list(_ adapters: String..., owner: String = "vllm") -> ModelList {
    var models = [ListedModel(id: "tiny")]
    for name in adapters { models.append(ListedModel(id: name, parent: "tiny")) }
    return ModelList(models: models, owner: owner)
  }

  @Test mutating func `an adapter is loaded when a turn wants it, once for all that do`() {
    table.listed(Self.list())
    #expect(table.names(at: .zero) == ["a", "b", "c"] && table.loaded.isEmpty)
    #expect(table.wants("a", turn: 1, at: .zero) == [.load("a", from: "/a")])
    #expect(table.wants("a", turn: 2, at: .zero) == [])
    #expect(table.wants("b", turn: 3, at: .zero) == [], "one after the other")
    #expect(
      table.didLoad("a", failure: nil, at: .zero)
        == [.run(turn: 1), .run(turn: 2), .load("b", from: "/b")]
    )
    #expect(table.didLoad("b", failure: nil, at: .zero) == [.run(turn: 3)])
    #expect(table.wants("a", turn: 4, at: .zero) == [.run(turn: 4)])
  }

  @Test mutating func `the one unused for longest makes room, none that a turn has`() {
    table.listed(Self.list("a", "b", "other"))
    #expect(table.names(at: .zero) == ["a", "b", "c", "other"])
    #expect(table.wants("a", turn: 1, at: .zero) == [.run(turn: 1)])
    #expect(table.wants("b", turn: 2, at: .zero) == [.run(turn: 2)])
    #expect(table.wants("c", turn: 3, at: .zero) == [], "both are in use")
    #expect(table.ended("b", turn: 9) == [], "it never had it")
    #expect(table.ended("b", turn: 2) == [.unload("b")])
    #expect(table.ended("a", turn: 1) == [])
    #expect(table.didUnload("b") == [.load("c", from: "/c")])
    #expect(table.didLoad("c", failure: nil, at: .zero) == [.run(turn: 3)])
    #expect(table.loaded == ["a", "c", "other"])
  }

  @Test mutating func `one that can't be loaded fails its turns, and is not offered for a while`() {
    table.listed(Self.list())
    _ = table.wants("a", turn: 1, at: .zero)
    #expect(
      table.didLoad("a", failure: "no such file", at: .zero)
        == [.fail(turn: 1, #"the adapter "a" can't be loaded: no such file"#)]
    )
    #expect(table.names(at: .zero) == ["b", "c"])
    guard case .fail = table.wants("a", turn: 2, at: .zero).first else {
      Issue.record("it is tried again at once")
      return
    }
    let later = Instant.zero.advanced(by: .seconds(31))
    #expect(table.names(at: later) == ["a", "b", "c"])
    #expect(table.wants("a", turn: 3, at: later) == [.load("a", from: "/a")])
    let there = "it answers 400: The lora adapter 'a' has already been loaded."
    #expect(table.didLoad("a", failure: there, at: later) == [.run(turn: 3)])
  }

  @Test mutating func `a turn that is taken back waits for nothing`() {
    table.listed(Self.list())
    _ = table.wants("a", turn: 1, at: .zero)
    #expect(table.ended("a", turn: 1) == [])
    #expect(table.didLoad("a", failure: nil, at: .zero) == [])
    #expect(table.loaded == ["a"])
  }

  @Test mutating func `an engine that can't load any has those that it lists`() {
    table.listed(Self.list("x", owner: "llamacpp"))
    #expect(table.names(at: .zero) == ["x"])
    #expect(table.wants("a", turn: 1, at: .zero) == [.fail(turn: 1, #"it has no adapter "a""#)])
    #expect(table.wants("x", turn: 2, at: .zero) == [.run(turn: 2)])
    table.lost()
    #expect(table.names(at: .zero) == [])
  }
}

@Suite(.timeLimit(.minutes(5)))
struct AdapterTests {
  @Test(arguments: [("vllm", "/v1/"), ("sglang", "/")])
  func `a turn's adapter is loaded before it is sent`(owner: String, prefix: String) throws {
    let mock = try MockEngine {
      $0.adapters = ["legal": "/srv/\"legal\"", "code": "/srv/code"]
      $0.adapterSlots = 1
    }
    mock.models = MockEngine.list("tiny", owner: owner)
    var bodies: [String] = []
    mock.serve = { [unowned mock] exchange, body in
      if exchange.head.target.hasSuffix("_lora_adapter") {
        mock.answer(exchange, 200, "Success: LoRA adapter done.")
      } else {
        bodies.append(body)
        mock.answer(exchange, 200, #"{"choices":[{"message":{"content":"x"}}]}"#)
      }
    }
    try mock.begin()
    #expect(mock.adapters.names == ["code", "legal"] && mock.adapters.loaded == [])
    try mock.submit(1, body: #"{"messages":[],"model":"base"}"#, adapter: "legal")
    try mock.turn("it ran", until: { mock.ended.contains(1) })
    #expect(bodies == [#"{"messages":[],"model":"legal"}"#])
    #expect(mock.adapters.loaded == ["legal"])
    try mock.submit(2, body: #"{"model":"code"}"#, adapter: "code")
    try mock.turn("it ran", until: { mock.ended.contains(2) })
    #expect(mock.adapters.loaded == ["code"])
    let orders = mock.asked.filter { $0.contains("_lora_adapter ") }
    #expect(
      orders == [
        "post \(prefix)load_lora_adapter "
          + #"{"lora_name":"legal","lora_path":"/srv/\"legal\""}"#,
        "post \(prefix)unload_lora_adapter " + #"{"lora_name":"legal"}"#,
        "post \(prefix)load_lora_adapter " + #"{"lora_name":"code","lora_path":"/srv/code"}"#,
      ]
    )
  }

  @Test func `a turn whose adapter can't be loaded fails with the engine's words`() throws {
    let mock = try MockEngine { $0.adapters = ["gamma": "/none"] }
    mock.serve = { [unowned mock] exchange, _ in
      mock.answer(exchange, 404, #"{"error":{"message":"No adapter found for /none"}}"#)
    }
    try mock.begin()
    try mock.submit(1, adapter: "gamma")
    try mock.turn("it failed", until: { mock.failures[1] != nil })
    #expect(mock.failures[1]?.kind == .failed)
    #expect(mock.failures[1]?.message.contains("No adapter found for /none") == true)
    try mock.turn("it is not offered", until: { mock.adapters.names == [] })
  }

  @Test func `the cache is dropped at the engine where it can be told to`() throws {
    for (owner, path) in [("vllm", "/reset_prefix_cache"), ("sglang", "/flush_cache")] {
      let mock = try MockEngine()
      mock.models = MockEngine.list("tiny", owner: owner)
      mock.serve = { [unowned mock] exchange, _ in mock.answer(exchange, 200, "") }
      try mock.begin()
      mock.engine?.resetCache()
      try mock.turn("it is dropped", until: { mock.clears == 1 })
      #expect(mock.asked.contains { $0.hasPrefix("post \(path) ") })
    }
    let mock = try MockEngine()
    mock.models = MockEngine.list("tiny", owner: "llamacpp")
    try mock.begin()
    mock.engine?.resetCache()
    try mock.turn("nothing is believed any longer", until: { mock.clears == 1 })
    #expect(!mock.asked.contains { $0.hasPrefix("post") })
  }
}
