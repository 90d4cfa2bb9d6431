import Foundation
import TestSupport
import Testing

/// The page of the control plane, and what it asks.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ConsoleTests {
  private func fleet(_ flags: [String] = []) async throws -> (fleet: TestFleet, address: String) {
    let fleet = try await TestFleet(
      controlFlags: TestFleet.patient + ["--admin", "127.0.0.1:0"] + flags
    )
    for region in ["a", "b"] {
      try await fleet.addRegion(region)
      try await fleet.addNode("\(region)1", in: region)
    }
    try await fleet.ready(2)
    return (fleet, try await fleet.control.operatorAddress())
  }

  @Test func `the page may ask whence it came alone, and every file of it is there`() async throws {
    let (fleet, address) = try await fleet()
    let page = try await curl(address, "/")
    #expect(page.status == 200 && page.fields.contains("content-type: text/html"))
    #expect(page.fields.contains("content-security-policy: default-src 'none'; script-src 'self'"))
    #expect(!page.body.contains("http:") && !page.body.contains("https:"))
    var files = page.body.matches(of: /(?:src|href)="([a-z]+\.[a-z]+)"/).map { String($0.1) }
    #expect(files.sorted() == ["console.css", "console.js"])
    while let name = files.popLast() {
      let file = try await curl(address, "/\(name)")
      #expect(file.status == 200, "\(name)")
      files += file.body.matches(of: /from "\.\/([a-z]+\.js)"/).map { String($0.1) }
    }
    try await fleet.stop()
  }

  @Test func `what the page asks is what the admin API says, as JSON`() async throws {
    let (fleet, address) = try await fleet()
    for (path, words) in [
      ("status", #""nodesReady":2"#), ("regions", #""state":"AVAILABILITY_READY""#),
      ("nodes", #""node":"b1""#), ("queue", #""waitingMax":"#), ("decisions", #""decisions":["#),
      ("jobs", #""gpusIdle":"#),
      ("history", #""takesOrders":false"#),
    ] {
      let answer = try await curl(address, "/api/\(path)")
      #expect(answer.status == 200 && answer.fields.contains("content-type: application/json"))
      #expect(answer.body.contains(words), "\(path): \(answer.body)")
      #expect(throws: Never.self) {
        try JSONSerialization.jsonObject(with: Data(answer.body.utf8))
      }
    }
    let missing = try await curl(address, "/api/decisions/nobody%2Fhas%20this")
    #expect(missing.status == 400 || missing.status == 404)
    #expect(missing.body.hasPrefix(#"{"error":""#), "\(missing.body)")
    try await fleet.stop()
  }

  @Test func `orders are for those with the token`() async throws {
    let token = "0123456789abcdef-secret"
    let file = try TemporaryFile(token + "\n", name: "token")
    let (fleet, address) = try await fleet(["--console-token", file.path])
    func order(_ path: String, _ arguments: [String]) async throws -> (Int, String) {
      let answer = try await curl(address, "/api/nodes/\(path)", ["-X", "POST"] + arguments)
      return (answer.status, answer.body)
    }
    let right = ["-H", "Authorization: Bearer \(token)"]
    #expect(try await order("a1/drain", []).0 == 401)
    #expect(try await order("a1/drain", ["-H", "Authorization: Bearer \(token)x"]).0 == 401)
    #expect(try await order("a1/explode", right).0 == 404)
    #expect(try await order("nobody/drain", right).0 == 404)
    #expect(try await fleet.states() == ["a1": "ready", "b1": "ready"])
    #expect(try await order("a1/cordon", right).0 == 200)
    #expect(try await fleet.states()["a1"] == "cordoned")
    #expect(try await order("a1/undrain", right).0 == 200)
    try await wait("it is ready") { try await fleet.states()["a1"] == "ready" }
    let get = try await curl(address, "/api/nodes/a1/drain", right)
    #expect(get.status == 405, "\(get)")
    try await fleet.stop()
  }

  @Test func `a console without a token takes no orders`() async throws {
    let (fleet, address) = try await fleet()
    let answer = try await curl(address, "/api/nodes/a1/drain", ["-X", "POST"])
    #expect(answer.status == 403 && answer.body.contains("consoleToken"), "\(answer.body)")
    try await fleet.stop()
  }

  @Test(.enabled(if: Chromium.isInstalled, "Chromium is not installed: apt-get install chromium"))
  func `in a browser the fleet is shown, and nothing goes wrong`() async throws {
    let (fleet, address) = try await fleet()
    let folder = try TemporaryFolder()
    let browser = try TestProcess(
      Chromium.path,
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=390,900",
        "--user-data-dir=\(folder.path("profile"))", "--enable-logging=stderr",
        "--virtual-time-budget=8000", "--dump-dom", "http://\(address)/",
      ]
    )
    #expect(try await browser.end(within: .seconds(100)) == 0, "\(browser.errors)")
    let shown = [
      "a1/0", "b1/0", "as of ", "Nobody waits.", "2 regions", "<small>of 2</small>",
      "No job runs or waits.",
    ]
    for words in shown {
      #expect(browser.output.contains(words), "\(words): \(browser.output)")
    }
    #expect(browser.errors.filter { $0.contains("CONSOLE") } == [])
    try await fleet.stop()
  }
}

/// The browser that pages are looked at with.
private enum Chromium {
  static let path = "/usr/bin/chromium"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }
}
