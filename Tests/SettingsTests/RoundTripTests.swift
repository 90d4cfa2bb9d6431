import Basics
import FleetSpec
import Jobs
import Logging
import Telemetry
import Sharing
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(5)))
struct RoundTripTests {
  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func `settings of any value are written as a file that reads back to them`(seed: UInt64) throws {
    var random = PRNG(seed: seed)
    var control = ControlSettings(listen: address(&random))
    control.common = common(&random)
    control.scheduling = scheduling(&random)
    control.jobs = jobs(&random)
    control.sharing.parks = pick([true, false], &random)
    control.sharing.keep = pick([0, 9], &random)
    (control.sharing.parkBelow, control.sharing.wakeAbove) = pick([(0.1, 0.2), (0.5, 1)], &random)
    control.sharing.waitMax = duration(10_000_000...60_000_000_000, &random)
    for name in ["m", "null"].compactMap({ ModelID($0) }) {
      control.models[name, default: .init()].objective = override(&random)
    }
    let readControl = ControlSettings.read(file(control.fileText))
    #expect(readControl.settings == control, "\(control.fileText) \(readControl.faults)")

    var region = RegionSettings(
      region: try #require(RegionID("null")),
      control: address(&random)
    )
    region.common = common(&random)
    for name in ["a", "1", "x/y:z", "~"] {
      guard let id = RegionID(name) else { continue }
      region.roundTrips[id] = duration(0...10_000_000_000, &random)
    }
    let readRegion = RegionSettings.read(file(region.fileText))
    #expect(readRegion.settings == region, "\(region.fileText) \(readRegion.faults)")

    let node = try node(&random)
    let readNode = NodeSettings.read(file(node.fileText))
    #expect(readNode.settings == node, "\(node.fileText) \(readNode.faults)")
  }

  private func file(_ text: String) -> SettingsLaunch {
    launch("--config s.yaml", files: ["s.yaml": text])
  }

  private func node(_ random: inout PRNG) throws -> NodeSettings {
    var node = NodeSettings(
      name: try #require(NodeID("true")),
      region: try #require(RegionID("1e3")),
      agent: address(&random)
    )
    node.common = common(&random)
    node.hardware.nvlink = pick([nil, "null", "rack/1"], &random)
    node.hardware.rail = pick([nil, "7", "a:b"], &random)
    node.hardware.gpuCount = pick([nil, 32, 64], &random)
    let own = try #require(ModelID("own"))
    node.models[own] = ModelArchitecture(
      name: "own",
      parameters: 1_000_000,
      activeParameters: 1 + random.next() % 1_000_000,
      layers: 1 + Int(random.next() % 100),
      heads: 8,
      kvHeads: pick([1, 2, 4, 8], &random),
      headSize: 64,
      weightBytes: pick([0.5, 1, 2], &random),
      kvBytes: pick([1, 2], &random),
      contextTokensMax: 4096
    )
    for _ in 0..<Int(random.next() % 4) {
      var replica = ReplicaSettings(
        model: pick([own, try #require(ModelID("qwen2.5-7b"))], &random)
      )
      replica.weights = pick([nil, .bf16, .fp8], &random)
      replica.kvCache = pick([nil, .bf16, .fp8], &random)
      replica.gpu = pick([nil, "h100-sxm", "l40s"], &random)
      replica.gpuCount = pick([1, 2, 8], &random)
      replica.efficiency.compute = Double(1 + random.next() % 99) / 100
      replica.efficiency.memory = 0.1 + Double(random.next() >> 11) * 0x1p-53 * 0.9
      replica.kvBlockTokens = pick([1, 16, 512], &random)
      replica.kvBlockCount = pick([nil, 1, 1 << 30], &random)
      replica.runningMax = 1 + Int(random.next() % 1000)
      replica.waitingMax = 1 + Int(random.next() % 1000)
      replica.stepTokensMax = 1 + Int(random.next() % 100_000)
      replica.kvEvents = pick([true, false], &random)
      node.replicas.append(replica)
    }
    return node
  }

  private func jobs(_ random: inout PRNG) -> JobSettings {
    var jobs = JobSettings()
    jobs.cutOffMax = duration(5_000_000_000...86_400_000_000_000, &random)
    jobs.noticeMax = duration(1_000_000_000...3_600_000_000_000, &random)
    jobs.minimumRunMax = duration(0...86_400_000_000_000, &random)
    jobs.backoff = duration(1_000_000_000...600_000_000_000, &random)
    jobs.shareMemory = duration(1_000_000_000...86_400_000_000_000, &random)
    jobs.checkpointShare = pick([0.1, 0.5, 1], &random)
    jobs.endedMax = pick([0, 7], &random)
    for name in ["a", "true", "7"].compactMap({ TenantID($0) }) {
      jobs.weights[name] = pick([0.25, 1, 1_000], &random)
    }
    return jobs
  }

  private func scheduling(_ random: inout PRNG) -> SchedulingSettings {
    var scheduling = SchedulingSettings()
    scheduling.policy = pick(PolicyName.allCases, &random)
    scheduling.reservationLifetime = duration(10_000_000...3_600_000_000_000, &random)
    scheduling.seed = pick([nil, 0, .max, random.next()], &random)
    scheduling.objective.ttft = duration(10_000_000...3_600_000_000_000, &random)
    scheduling.objective.tpot = duration(1_000_000...60_000_000_000, &random)
    scheduling.queue.max = 1 + Int(random.next() % 5_000)
    scheduling.queue.tenantShare = pick([0.001, 0.3, 1], &random)
    scheduling.queue.waitMax = duration(100_000_000...3_600_000_000_000, &random)
    scheduling.queue.backlogMax = duration(0...60_000_000_000, &random)
    for name in ["a", "true", "7"].compactMap({ TenantID($0) }) {
      var tenant = TenantSettings()
      tenant.weight = pick([0.25, 1, 1_000], &random)
      tenant.priority = Int(random.next() % 8)
      tenant.tokensPerMinute = pick([0, 1 << 40], &random)
      tenant.concurrentTurns = pick([0, 3], &random)
      scheduling.queue.tenants[name] = tenant
      scheduling.queue.tenants[name]?.objective = override(&random)
      scheduling.queue.tenant = tenant
    }
    return scheduling
  }

  private func override(_ random: inout PRNG) -> ObjectiveOverride {
    ObjectiveOverride(
      ttft: pick([nil, duration(10_000_000...3_600_000_000_000, &random)], &random),
      tpot: pick([nil, duration(1_000_000...60_000_000_000, &random)], &random)
    )
  }

  private func common(_ random: inout PRNG) -> CommonSettings {
    var common = CommonSettings(listen: address(&random))
    common.logLevel = pick(Logger.Level.allCases, &random)
    common.logFormat = pick(LogFormat.allCases, &random)
    common.advertise = pick([nil, NetworkAddress(host: "fe80::1", port: 9)], &random)
    let path = pick(["a.pem", "~", "null", "- x", "# \"'\\ :", "ü/\u{1F680}", "\u{2028}"], &random)
    common.tls = pick(
      [
        nil, TLSFiles(certificate: path, key: "k", servesAnybody: true),
        TLSFiles(certificate: "c", key: path, authority: path, serverName: "fleet.test"),
      ],
      &random
    )
    common.timeScale = 1 + Double(random.next() >> 11) * 0x1p-53 * 999
    common.failure.heartbeat = duration(10_000_000...1_000_000_000, &random)
    common.failure.suspectAfter = duration(1_000_000_001...60_000_000_000, &random)
    common.failure.lostAfter = duration(60_000_000_001...3_600_000_000_000, &random)
    common.exitWithParent = pick([true, false], &random)
    return common
  }

  private func address(_ random: inout PRNG) -> NetworkAddress {
    let hosts = ["127.0.0.1", "::", "localhost", "null", "1"]
    return NetworkAddress(
      host: pick(hosts, &random),
      port: UInt16(truncatingIfNeeded: random.next())
    )
  }

  private func duration(_ range: ClosedRange<Int64>, _ random: inout PRNG) -> Duration {
    let span = UInt64(range.upperBound - range.lowerBound) + 1
    let unit = pick([1, 1_000, 1_000_000, 1_000_000_000], &random) as Int64
    let value = range.lowerBound + Int64(random.next() % span)
    return .nanoseconds(max(range.lowerBound, value / unit * unit))
  }

  private func pick<Value>(_ values: [Value], _ random: inout PRNG) -> Value {
    values[Int(random.next() % UInt64(values.count))]
  }
}
