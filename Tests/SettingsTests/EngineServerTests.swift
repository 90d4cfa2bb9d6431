import Basics
import Testing

@testable import Settings

struct EngineServerTests {
  @Test func `the words of a command name the parts of the address`() throws {
    var server = EngineServer()
    server.command = ["vllm", "--host={host}", "--port", "{port}", "{\"a\":1}", "{socket}"]
    let port = try #require(EngineAddress("127.0.0.1:8001"))
    #expect(
      server.command(at: port) == [
        "vllm", "--host=127.0.0.1", "--port", "8001", "{\"a\":1}", "{socket}",
      ]
    )
    let socket = try #require(EngineAddress("unix:/run/e.sock"))
    #expect(server.command(at: socket).suffix(1) == ["/run/e.sock"])
  }

  @Test(arguments: [
    ("127.0.0.1:1", true), ("localhost:1", true), ("[::1]:1", true), ("unix:/a", true),
    ("10.0.0.1:1", false), ("engine.example:1", false),
  ])
  func `only some addresses are of this machine alone`(text: String, isLocal: Bool) throws {
    let address = try #require(EngineAddress(text))
    #expect(address.isLocal == isLocal && address.description == text)
  }

  @Test(arguments: ["", "unix:", "unix:a", "unix:/a b", "unix:/\u{1}", "a", "a:x"])
  func `what is no address is none`(text: String) {
    #expect(EngineAddress(text) == nil)
    let long = "unix:/" + String(repeating: "a", count: 107)
    #expect(EngineAddress(long) == nil && EngineAddress(String(long.dropLast())) != nil)
  }
}
