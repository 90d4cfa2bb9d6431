import Foundation
import TestSupport
import Testing

/// What operators type, against a fleet of processes.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct CommandTests {
  private func object(_ text: some StringProtocol) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [String: Any], "\(text)")
  }

  private func list(_ text: String) throws -> [[String: Any]] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [[String: Any]], "\(text)")
  }

  @Test func `every list comes in every form`() async throws {
    let fleet = try await TestFleet.standard()
    let lists = [
      ("region", ["a", "b"]), ("node", ["a1", "a2", "b1", "b2"]),
      ("replica", ["a1/0", "a2/0", "b1/0", "b2/0"]),
    ]
    for (noun, names) in lists {
      #expect(try await fleet.hearth(noun, "list", "-o", "name").out == lines(names))
      #expect(try await fleet.hearth("\(noun)s", "-o", "name").out == lines(names))
      let array = try list(try await fleet.hearth(noun, "list", "-o", "json").out)
      #expect(array.compactMap { $0[noun] as? String } == names)
      let objects = try await fleet.hearth(noun, "list", "-o", "jsonl").out.split(separator: "\n")
      #expect(try objects.map { try object($0)[noun] as? String } == names)
      for form in ["table", "wide"] {
        let table = try await fleet.hearth(noun, "list", "-o", form).out.split(separator: "\n")
        #expect(table.first?.hasPrefix(noun.uppercased()) == true)
        #expect(table.dropFirst().map { String($0.prefix { $0 != " " }) } == names)
      }
      let one = try await fleet.hearth(noun, "get", names[0], "-o", "json").out
      #expect(try object(one)[noun] as? String == names[0])
    }
    #expect(try await fleet.hearth("replica", "list", "--node", "b2", "-o", "name").out == "b2/0\n")
    #expect(try await fleet.hearth("node", "list", "--region", "b", "-o", "name").out == "b1\nb2\n")
    let region = try await fleet.hearth("node", "list", "--region", "c")
    #expect(region.code == 3)
    #expect(region.errors.hasPrefix("hearth: no region is named \"c\""))
    let status = try object(try await fleet.hearth("status", "-o", "jsonl").out)
    #expect(status["nodesReady"] as? Int == 4)
    let wide = try await fleet.hearth("status", "-o", "wide")
    #expect(wide.code == 64)
    #expect(wide.errors.contains("'table', 'json' or 'jsonl'"), "\(wide.errors)")
  }

  private func lines(_ names: [String]) -> String { names.map { $0 + "\n" }.joined() }

  @Test func `an explained route names every replica, in table and in JSON`() async throws {
    let fleet = try await TestFleet.standard()
    #expect(try await fleet.hearth("node", "cordon", "b2", "-m", "odd").out == "b2 is cordoned\n")
    let replicas = ["a1/0", "a2/0", "b1/0", "b2/0"]
    let table = try await fleet.hearth("route", "--explain", "--origin", "b").out
    let rows = table.split(separator: "\n")
    #expect(rows[0].contains("NETWORK") && rows[0].hasSuffix("OUT BECAUSE"))
    for replica in replicas { #expect(rows.contains { $0.contains(replica) }, "\(table)") }
    #expect(rows[1].hasPrefix("*  b1/0"), "\(table)")
    #expect(rows.contains { $0.contains("b2/0") && $0.hasSuffix("cordoned") }, "\(table)")
    #expect(rows.last?.hasPrefix("b1/0 in b: 0 of 1000 tokens cached") == true)
    #expect(rows.allSatisfy { $0.count <= 120 })
    let json = try object(
      try await fleet.hearth("route", "--explain", "--origin", "b", "-o", "json").out
    )
    #expect(json["replica"] as? String == "b1/0")
    let candidates = try #require(json["candidates"] as? [[String: Any]])
    #expect(Set(candidates.compactMap { $0["replica"] as? String }) == Set(replicas))
    #expect(try await fleet.hearth("route", "--origin", "b", "-o", "name").out == "b1/0\n")
    let unknown = try await fleet.hearth("route", "--policy", "wam")
    #expect(unknown.code == 3)
    #expect(unknown.errors.contains("did you mean warm?"))
    #expect(try await fleet.hearth("node", "uncordon", "b2").out == "b2 is in service\n")
    try await fleet.ready(4)
  }

  @Test func `a request is explained after the fact, and a refused one as well`() async throws {
    let fleet = try await TestFleet.standard(timeScale: 20)
    let trace = try TemporaryFile.trace(conversations: 3, turns: 2, gap: 1, output: 20)
    #expect(try await fleet.hearth("replay", trace.path, "-o", "json").code == 0)
    // One that had to wait has two decisions.
    let names = try await fleet.hearth("explain", "-o", "name").out.split(separator: "\n")
    #expect(Set(names).count == 6)
    let name = String(try #require(names.first))
    #expect(name.hasPrefix("replay/"))
    try await wait("its end is told") {
      try await fleet.hearth("explain", name, "-o", "json").out.contains("\"completed\"")
    }
    let json = try object(try await fleet.hearth("explain", name, "-o", "json").out)
    let decision = try #require((json["decisions"] as? [[String: Any]])?.last)
    let candidates = try #require(decision["candidates"] as? [[String: Any]])
    #expect(candidates.count == 4)
    let predicted = try #require(decision["predicted"] as? [String: Any])
    let happened = try #require(decision["happened"] as? [String: Any])
    #expect(predicted["cachedTokens"] is Int && happened["cachedTokens"] is Int)
    #expect(happened["outputTokens"] as? Int == 20)
    #expect((decision["why"] as? String)?.isEmpty == false)
    let table = try await fleet.hearth("explain", name).out
    #expect(
      table.contains("PREDICTED  HAPPENED") && table.contains("It was completed."),
      "\(table)"
    )
    let replica = try #require(decision["replica"] as? String)
    let figures = try object(try await fleet.hearth("replica", "get", replica, "-o", "json").out)
    let learnt = try #require(figures["calibration"] as? [String: Any])
    #expect(learnt["answers"] as? Int ?? 0 > 0 && (learnt["prefill"] as? [String: Any]) != nil)
    let words = try await fleet.hearth("replica", "status", replica).out
    #expect(words.contains("\nbound by          nothing: it has headroom\n"), "\(words)")
    #expect(try await fleet.hearth("status").out.contains("\nbound by      nothing 4\n"))
    for node in ["a1", "a2", "b1", "b2"] {
      #expect(try await fleet.hearth("node", "cordon", node, "-m", "odd").code == 0)
    }
    #expect(
      try await fleet.hearth("replay", trace.path, "--requests", "1", "--retry-time", "0s").code
        == 0
    )
    let refused = try await fleet.hearth("explain", "--last", "1", "-o", "name").out.dropLast()
    let why = try await fleet.hearth("explain", String(refused)).out
    #expect(why.contains("no replica is ready") && why.contains("cordoned"), "\(why)")
    let vague = try await fleet.hearth("explain", "replay/")
    #expect(vague.code == 3 && vague.errors.contains("is ambiguous"), "\(vague.errors)")
    let unknown = try await fleet.hearth("explain", "nothing/1")
    #expect(unknown.code == 3 && unknown.errors.contains("the latest "))
    try await fleet.stop()
  }

  @Test func `a job's file, plan and names have exit codes`() async throws {
    let folder = try TemporaryFolder()
    let fleet = try await TestFleet(
      controlFlags: TestFleet.patient + ["--state-folder", folder.path("state")]
    )
    let text = "name: tune\ntenant: acme\ncommand: [train]\n"
    let job = try folder.write(text, as: "job.yaml")
    let plan = try await fleet.hearth("job", "plan", job)
    #expect(plan.code == 255 && plan.errors.hasPrefix("hearth: \(job): gpus: can't be had"))
    let wrong = try folder.write(text + "gpu: 8\n", as: "wrong.yaml")
    for (verb, code) in [("plan", Int32(255)), ("run", 1)] {
      let answer = try await fleet.hearth("job", verb, wrong)
      #expect(answer.code == code && answer.errors.hasPrefix("hearth: \(wrong):4: gpu"))
    }
    #expect(try await fleet.hearth("jobs", "-o", "json").out == "[\n\n]\n")
    for verb in ["get", "logs", "events", "cancel", "checkpoint", "resume"] {
      let answer = try await fleet.hearth("job", verb, "tune")
      #expect(answer.code == 3 && answer.errors.contains("no job is named \"tune\""), "\(verb)")
    }
    try await fleet.stop()
  }

  @Test func `a drain that is forced ends what runs, which then runs elsewhere`() async throws {
    let fleet = try await TestFleet.standard(timeScale: 20)
    // Answers that take 10 s of the wall: nothing ends in the 200 ms that the drain allows.
    let trace = try TemporaryFile.trace(conversations: 12, turns: 1, gap: 1, output: 20_000)
    let replay = try fleet.start(["replay", trace.path, "-o", "json"])
    try await wait("turns on a1") {
      let node = try await fleet.hearth("node", "get", "a1", "-o", "json").out
      return !node.contains("\"running\" : 0")
    }
    let drain = try await fleet.hearth("node", "drain", "a1", "--deadline", "200ms")
    #expect(drain.code == 0, "\(drain.errors)")
    #expect(drain.out == "a1 is drained\n")
    #expect(drain.errors.contains("to finish, 1s left"), "\(drain.errors)")
    #expect(try await replay.end() == 0, "\(replay.errors) \(replay.output)")
    let result = try ReplayResult(replay.output)
    #expect(result.completed == 12)
    #expect(result.failed == 0)
    #expect(result.retries > 0)
    try await fleet.stop()
  }

  @Test func `a drain goes on after --detach or Ctrl-C`() async throws {
    let fleet = try await TestFleet.standard(timeScale: 20)
    let trace = try TemporaryFile.trace(conversations: 12, turns: 1, gap: 1, output: 20_000)
    let replay = try fleet.start([
      "replay", trace.path, "--policy", "round-robin", "--by", "region",
    ])
    for node in ["a1", "b1"] {
      try await wait("turns on \(node)") {
        let node = try await fleet.hearth("node", "get", node, "-o", "json").out
        return !node.contains("\"running\" : 0")
      }
    }
    let left = try await fleet.hearth("node", "drain", "a1", "--detach", "-m", "new fans")
    #expect(left.code == 0)
    #expect(left.out == "a1 is draining; `hearth node undrain a1` cancels the drain\n")
    let table = try await fleet.hearth("node", "list").out
    let row = try #require(table.split(separator: "\n").first { $0.hasPrefix("a1 ") })
    #expect(row.contains("draining, ") && row.hasSuffix("new fans"), "\(table)")

    let waiting = try fleet.start(["node", "drain", "b1"])
    _ = try await waiting.line(with: "b1 is draining: ")
    waiting.signal(SIGINT)
    #expect(try await waiting.end() == 130)
    #expect(
      waiting.errors.last?.hasPrefix("hearth: b1 keeps draining; `hearth node undrain b1`") == true
    )
    #expect(try await fleet.states()["b1"] == "draining")
    for node in ["a1", "b1"] {
      #expect(try await fleet.hearth("node", "undrain", node).code == 0)
    }
    try await fleet.ready(4)
    replay.signal(SIGINT)
    #expect(try await replay.end() == 130)
    #expect(replay.errors.last?.contains("the replay was stopped") == true)
    let measured = replay.output.split(separator: "\n")
    #expect(measured.contains { $0.hasPrefix("requests ") && $0.hasSuffix(" 12") })
    #expect(measured.contains { $0.hasPrefix("unfinished ") && !$0.hasSuffix(" 0") })
    #expect(measured.contains { $0.hasPrefix("REGION  ENTERED") }, "\(replay.output)")
    let both = try await fleet.hearth("node", "drain", "a1", "--force", "--deadline", "5s")
    #expect(both.code == 64)
  }

  @Test func `policies are compared side by side, each with every request`() async throws {
    let fleet = try await TestFleet.standard()
    let trace = try TemporaryFile.trace(conversations: 6, turns: 4, gap: 400, output: 20)
    let policies = ["--policy", "round-robin", "--policy", "warm"]
    let unasked = try fleet.start(["replay", trace.path] + policies)
    #expect(try await unasked.end() == 1)
    #expect(unasked.errors.last?.contains("--reset-caches empties every cache") == true)
    let arguments = ["replay", trace.path, "--reset-caches"] + policies
    let table = try fleet.start(arguments)
    #expect(try await table.end() == 0, "\(table.errors)")
    let rows = table.output.split(separator: "\n")
    #expect(rows[0].hasSuffix(" warm  warm / round-robin"), "\(table.output)")
    #expect(
      rows.contains {
        $0.hasPrefix("completed ") && $0.split(separator: " ")[1...] == ["24", "24"]
      }
    )
    #expect(table.errors.contains { $0.hasPrefix("warm [####################] 24/24") })
    let json = try fleet.start(arguments + ["--policy", "near", "-o", "json"])
    #expect(try await json.end() == 0, "\(json.errors)")
    let reports = try list(json.output)
    #expect(reports.map { $0["policy"] as? String } == ["round-robin", "warm", "nearest"])
    #expect(reports.allSatisfy { $0["completed"] as? Int == 24 })
    #expect(try #require(reports[1]["hitRate"] as? Double) > 0)
    let wrong = try await fleet.hearth("replay", trace.path, "--policy", "cold")
    #expect(wrong.code == 3)
  }

  @Test func `round trips are measured as long as the simulated distance`() async throws {
    let fleet = try await TestFleet.standard(timeScale: 1)
    var seconds = 0.0
    try await wait("a round trip of 50 ms, but found \(seconds)") {
      let region = try object(try await fleet.hearth("region", "get", "a", "-o", "json").out)
      seconds = (region["roundTripSeconds"] as? [String: Double])?["b"] ?? 0
      // Timers may be half a millisecond early; a busy machine is late.
      return (0.049..<0.08).contains(seconds)
    }
  }

  @Test func `a chat from a pipe reads as a transcript`() async throws {
    let fleet = try await TestFleet.standard()
    let hearth = TestProcess.folder.path + "/hearth"
    let chat = try TestProcess(
      "/bin/sh",
      [
        "-c",
        "printf 'hello\\n\\nand again\\n' | '\(hearth)' chat --tokens 5 --origin b --system ''",
      ],
      environment: ["HEARTH_ADDRESS": fleet.address]
    )
    #expect(try await chat.end() == 0, "\(chat.errors)")
    let said = chat.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(said.count == 7 && said.last == "", "\(chat.output)")
    #expect(said[0] == "> hello" && said[3] == "> and again")
    #expect(said[2].hasPrefix("[b") && said[2].contains("of 6 tokens cached"))
    #expect(!chat.output.contains("\u{1b}"))
  }

  @Test func `later turns of a chat are warm from the first block on`() async throws {
    let fleet = try await TestFleet.standard()
    let hearth = TestProcess.folder.path + "/hearth"
    let chat = try TestProcess(
      "/bin/sh",
      ["-c", "yes 'and again' | head -9 | '\(hearth)' chat --tokens 5 --origin b"],
      environment: ["HEARTH_ADDRESS": fleet.address]
    )
    #expect(try await chat.end() == 0, "\(chat.errors)")
    let notes = chat.output.split(separator: "\n").filter { $0.hasPrefix("[") }
    // How many turns go by until the control plane knows of the first one's block is chance.
    #expect(notes.first?.contains(": 0 of ") == true, "\(chat.output)")
    #expect(notes.last?.contains(": 512 of ") == true, "\(chat.output)")
  }

  @Test func `a shell completes the names of a fleet, and a bundle has all of it`() async throws {
    let fleet = try await TestFleet.standard()
    func completed(_ words: String...) async throws -> String {
      let line = ["hearth"] + words.prefix { $0 != "--" } + [""]
      let asked = ["---completion"] + words + ["\(line.count - 1)", "0"] + line
      let process = try fleet.start(asked)
      #expect(try await process.end() == 0, "\(process.errors)")
      return process.output
    }
    #expect(try await completed("node", "drain", "--", "positional@0") == "a1\na2\nb1\nb2\n")
    #expect(try await completed("region", "get", "--", "positional@0") == "a\nb\n")
    #expect(try await completed("chat", "--", "--model") == "llama-3.1-8b\n")
    let bundle = try object(try await fleet.hearth("debug", "--file", "-").out)
    #expect((bundle["nodes"] as? [Any])?.count == 4 && bundle["capacity"] is [String: Any])
    let check = try await fleet.hearth("check", "--nodes", "5")
    #expect(check.code == 2 && check.out.hasPrefix("HEARTH CRITICAL - 4 nodes ready"))
    #expect(try await fleet.hearth("top", "--once").out.contains("\nREPLICA"))
    try await fleet.stop()
    #expect(try await fleet.hearth("check").code == 2)
  }
}

/// What `hearth` says of itself, without a fleet.
@Suite(.timeLimit(.minutes(2)))
struct HelpTests {
  @Test(arguments: [
    "", "status", "health", "top", "check", "debug", "capacity", "simulate", "region",
    "region list", "region get", "node", "node list", "node get",
    "node drain", "node cordon", "node undrain", "replica", "replica list", "replica get",
    "explain",
    "queue", "chat", "route", "replay", "dev", "config", "config check", "completion", "version",
  ])
  func `every command explains itself in lines that fit`(_ command: String) async throws {
    let words = command.split(separator: " ").map(String.init)
    let process = try TestProcess("hearth", words + ["--help"], environment: ["COLUMNS": "80"])
    #expect(try await process.end() == 0)
    #expect(process.output.hasPrefix("OVERVIEW: "))
    let long = process.output.split(separator: "\n").filter {
      $0.count > 80 && !$0.hasPrefix("USAGE: ")
    }
    #expect(long.isEmpty)
  }

  @Test func `bash takes the completions, and they know the commands`() async throws {
    let hearth = TestProcess.folder.path + "/hearth"
    let script = "source <('\(hearth)' completion bash) && complete -p hearth"
    let bash = try TestProcess("/bin/bash", ["-c", script])
    #expect(try await bash.end() == 0, "\(bash.errors)")
    #expect(bash.output.contains("hearth"))
    for shell in ["zsh", "fish"] {
      let process = try TestProcess("hearth", ["completion", shell])
      #expect(try await process.end() == 0)
      #expect(process.output.contains("drain"))
    }
    let unknown = try TestProcess("hearth", ["completion", "csh"])
    #expect(try await unknown.end() == 64)
    #expect(unknown.errors.contains { $0.contains("'bash', 'zsh' or 'fish'") })
    let address = try TestProcess("hearth", ["status", "--address", "nowhere"])
    #expect(try await address.end() == 64)
    #expect(
      address.errors.first == "Error: --address: \"nowhere\" is not an address (try 127.0.0.1:7400)"
    )
  }

  @Test func `a file of settings is checked without starting anything`() async throws {
    let fleet = PeerTests.root.appendingPathComponent("deploy/fleet.yaml").path
    let good = try TestProcess("hearth", ["config", "check", fleet])
    #expect(try await good.end() == 0, "\(good.errors)")
    #expect(
      good.output == """
        \(fleet) is in order: 3 regions, 6 nodes, 12 replicas

        """
    )
    let none = try TestProcess("hearth", ["config", "check", "/nowhere.yaml"])
    #expect(try await none.end() == 3)
  }
}
