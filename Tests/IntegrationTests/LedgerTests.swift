import Basics
import Foundation
import TestSupport
import Testing

/// What the ledger says of a replay, against what the engines counted.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct LedgerTests {
  /// Sums of what engines, or the ledger, say.
  private struct Sums: Equatable {
    var turns = 0
    var promptTokens = 0
    var cachedTokens = 0
    var outputTokens = 0
    var busySeconds = 0.0
  }

  private func start(_ fleet: TestFleet, _ folder: TemporaryFolder) throws -> TestProcess {
    try TestProcess(
      "hearth-control",
      [
        "--listen", fleet.address, "--time-scale", "\(fleet.timeScale)", "--log-format", "json",
        "--heartbeat", "100ms", "--suspect-after", "300ms", "--lost-after", "1s",
        "--state-folder", folder.path("state"),
      ] + TestFleet.patient
    )
  }

  /// What the engines of all nodes counted.
  private func engines(_ fleet: TestFleet) async throws -> Sums {
    var sums = Sums()
    for node in fleet.nodes.values {
      let text = try await curl(try await node.operatorAddress(), "/metrics").body
      for line in text.split(separator: "\n") {
        guard let value = line.split(separator: " ").last.flatMap({ Double($0) }) else { continue }
        switch line.prefix(while: { $0 != "{" }) {
        case "hearth_engine_turns_total":
          if !line.contains("refused") { sums.turns += Int(value) }
        case "hearth_engine_prompt_tokens_total": sums.promptTokens += Int(value)
        case "hearth_engine_cached_tokens_total": sums.cachedTokens += Int(value)
        case "hearth_engine_output_tokens_total": sums.outputTokens += Int(value)
        case "hearth_engine_busy_seconds_total": sums.busySeconds += value
        default: break
        }
      }
    }
    return sums
  }

  private func ledger(_ fleet: TestFleet, by group: String) async throws -> Sums {
    let report = try await fleet.hearth("compute", "report", "--by", group, "-o", "json")
    let rows = try JSONSerialization.jsonObject(with: Data(report.out.utf8)) as? [[String: Any]]
    var sums = Sums()
    for row in rows ?? [] {
      func number(_ key: String) -> Double { (row[key] as? NSNumber)?.doubleValue ?? 0 }
      sums.turns += Int(number("turns"))
      sums.promptTokens += Int(number("promptTokens"))
      sums.cachedTokens += Int(number("cachedTokens"))
      sums.outputTokens += Int(number("outputTokens"))
      sums.busySeconds += number("gpuHours") * 3_600
    }
    return sums
  }

  @Test func `a control plane that is killed at random loses and doubles nothing`() async throws {
    let folder = try TemporaryFolder()
    let seed = UInt64.random(in: 0 ... .max)
    var random = PRNG(seed: seed)
    let fleet = try await TestFleet(
      timeScale: 20,
      daemonFlags: ["--admin", "127.0.0.1:0"],
      controlFlags: TestFleet.patient + ["--state-folder", folder.path("state")]
    )
    for region in ["a", "b"] {
      try await fleet.addRegion(region)
      for index in 1...2 { try await fleet.addNode("\(region)\(index)", in: region) }
    }
    try await fleet.ready(4)
    let trace = try TemporaryFile.trace(conversations: 40, turns: 5, gap: 500, output: 600)
    let replay = try fleet.start(["replay", trace.path, "-o", "json", "--policy", "round-robin"])
    // A replay that never found a control plane gives up.
    try await wait("the first turn's end") { try await engines(fleet).turns > 0 }
    var control = fleet.control
    var kills = 0
    while replay.isRunning, kills < 12 {
      // Any moment will do: that is what is tested.
      try await Task.sleep(for: .milliseconds(Int64(random.below(700))))
      control.signal(SIGKILL)
      try await control.end()
      control = try start(fleet, folder)
      _ = try await control.address()
      kills += 1
    }
    _ = try await replay.end(within: .seconds(90))
    var (counted, kept) = (Sums(), Sums())
    do {
      try await wait("the ledger to have all turns", within: .seconds(30)) {
        (counted, kept) = (try await engines(fleet), try await ledger(fleet, by: "tenant"))
        return counted.turns > 0 && counted.turns <= kept.turns
      }
    } catch {
      Issue.record("seed \(seed): \(error): \(kept) of \(counted)")
    }
    let difference = abs(counted.busySeconds - kept.busySeconds)
    #expect(difference < 1, "seed \(seed), \(kills) kills")
    counted.busySeconds = kept.busySeconds
    #expect(counted == kept, "seed \(seed), \(kills) kills")
    #expect(counted.turns > 100 && kills > 0, "\(counted), \(kills) kills")
    #expect(try await ledger(fleet, by: "region").turns == kept.turns)
    let csv = try await fleet.hearth("compute", "report", "--by", "model", "-o", "csv").out
    #expect(csv.hasPrefix("model,turns,gpu_hours,counted_pfs_days,"))
    #expect(csv.contains("\nllama-3.1-8b,\(kept.turns),"))
    let table = try await fleet.hearth("compute", "report", "--since", "7d").out
    #expect(table.contains("RATIO") && table.contains("petaflop/s-days"))
    control.signal(SIGTERM)
    try await control.end()
    try await fleet.stop()
  }

  @Test func `a wrong time, and a control plane without a ledger, are said`() async throws {
    let fleet = try await TestFleet()
    let none = try await fleet.hearth("compute", "report")
    #expect(none.code == 1 && none.errors.contains("keeps no ledger: give it a stateFolder"))
    let wrong = try await fleet.hearth("compute", "report", "--since", "yesterday")
    #expect(wrong.errors.contains("--since: \"yesterday\" is not a time (try 2026-12-01"))
    let order = try await fleet.hearth("compute", "report", "--since", "1h", "--until", "2h")
    #expect(order.errors.contains("--since is not before --until"))
    try await fleet.stop()
  }
}
