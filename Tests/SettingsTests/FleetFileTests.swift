import Basics
import FleetSpec
import Jobs
import Sharing
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(5)))
struct FleetFileTests {
  private static let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  private func shipped() throws -> FleetFile {
    let bytes = try SettingsLaunch.systemFile("/" + Self.root + "/deploy/fleet.yaml")
    return try FleetFile.read(bytes, name: "fleet.yaml")
  }

  private func faults(_ text: String) -> [String] {
    do throws(SettingsError) {
      _ = try FleetFile.read(Array(text.utf8), name: "f.yaml")
      return []
    } catch {
      return error.faults.map(\.description)
    }
  }

  @Test func `the fleet that is shipped reads, and has room for 584 blocks a replica`() throws {
    let fleet = try shipped()
    #expect(fleet.timeScale == 20 && fleet.scheduling.policy == .warm)
    #expect(fleet.regions.map(\.name.text) == ["us-east", "eu-west", "ap-south"])
    let names = fleet.regions.map(\.name)
    #expect(fleet.roundTrip(names[0], names[1]) == .milliseconds(80))
    #expect(fleet.roundTrip(names[2], names[0]) == .milliseconds(200))
    #expect(fleet.roundTrip(names[2], names[1]) == .milliseconds(130))
    #expect(fleet.roundTrip(names[0], names[0]) == nil)
    for region in fleet.regions {
      #expect(region.nodes.map(\.name.text) == ["\(region.name)-1", "\(region.name)-2"])
      for node in region.nodes {
        let address = NetworkAddress(host: "127.0.0.1", port: 1)
        let specs = fleet.node(node, in: region, listen: address, agent: address).specs()
        #expect(specs.map(\.id.text) == ["\(node.name)/0", "\(node.name)/1"])
        #expect(specs.map(\.blockCount) == [584, 584] && specs.map(\.blockTokens) == [512, 512])
        #expect(specs.first?.roofline.gpuCount == 1)
        #expect(specs.first?.roofline.model.weightBytes == 1)
        #expect(specs.allSatisfy { $0.faults().isEmpty })
      }
    }
  }

  @Test func `a model of the catalogue has its name there, in whatever case it is written`() throws
  {
    let text = """
      models: {LLAMA-3.1-8B: {objective: {ttft: 1s}}}
      replica: {model: Qwen2.5-32B, gpu: h100-sxm}
      regions: [{name: a, nodes: [{name: n, replicas: [{}, {model: Llama-3.1-8B}]}]}]

      """
    let fleet = try FleetFile.read(Array(text.utf8), name: "f.yaml")
    let replicas = fleet.regions.flatMap(\.nodes).flatMap(\.replicas)
    #expect(replicas.map(\.model.text) == ["qwen2.5-32b", "llama-3.1-8b"])
    #expect(fleet.models.keys.map(\.text) == ["llama-3.1-8b"])
    let twice =
      "models: {qwen2.5-7b: {objective: {ttft: 1s}}, Qwen2.5-7B: {}}\n" + text.dropFirst(47)
    #expect(
      faults(twice).first
        == "f.yaml:1: models.Qwen2.5-7B: is given twice, since it is another spelling of qwen2.5-7b"
    )
  }

  @Test func `each process of a fleet reads back what was written for it`() throws {
    let fleet = try shipped()
    func file(_ text: String) -> SettingsLaunch { launch("--config x", files: ["x": text]) }
    let address = NetworkAddress(host: "127.0.0.1", port: 4321)
    let control = fleet.control(listen: address)
    #expect(ControlSettings.read(file(control.fileText)).settings == control)
    var limited = fleet
    limited.scheduling.queue.tenant.concurrentTurns = 9
    #expect(limited.control(listen: address).scheduling.queue.tenant.concurrentTurns == 9)
    #expect(control.common.exitWithParent && control.common.timeScale == 20)
    for region in fleet.regions {
      let agent = fleet.agent(of: region, listen: address, control: address)
      #expect(RegionSettings.read(file(agent.fileText)).settings == agent)
      #expect(agent.roundTrips.count == 2 && agent.roundTrips[region.name] == nil)
      for node in region.nodes {
        let node = fleet.node(node, in: region, listen: address, agent: address)
        #expect(NodeSettings.read(file(node.fileText)).settings == node)
        #expect(node.common.timeScale == 20 && node.region == region.name)
      }
    }
  }

  @Test func `objectives, failure times and keys without effect are read with their places`()
    throws
  {
    let text = """
      timeScale: 5
      objective: {ttft: 8s}
      models:
        Qwen2.5-7B: {objective: {tpot: 30ms}}
        own: {parameters: 9, layers: 1, heads: 1, kvHeads: 1, headSize: 8, contextTokensMax: 9}
      tenant: {objective: {tpot: 90ms}, trustGroup: lab}
      tenants: {acme: {objective: {ttft: 1s}, trustGroup: acme}, other: {}}
      heartbeat: 2s
      logLevel: debug
      suspectAfter: 5s
      lostAfter: 7s
      retries: {lossMax: 0}
      regions:
        - name: a
          listen: 127.0.0.1:1
      """
    let fleet = try FleetFile.read(Array(text.utf8), name: "f.yaml")
    let (qwen, acme) = (ModelID("qwen2.5-7b"), TenantID("acme"))
    let objective = fleet.objectives.objective(model: qwen, tenant: acme)
    #expect(objective.ttft == .seconds(1) && objective.tpot == .milliseconds(90))
    let trust = fleet.scheduling.queue.trust
    #expect(
      ["acme", "other", "new"].map { trust.group(of: TenantID($0)) } == ["acme", "lab", "lab"]
    )
    #expect(fleet.objectives.objective(of: try #require(qwen)).tpot == .milliseconds(30))
    #expect(fleet.objectives.fleet.ttft == .seconds(8))
    #expect(fleet.architectures.keys.map(\.text) == ["own"])
    #expect(fleet.retries.lossMax == 0 && fleet.retries.refusalMax == 3)
    let control = fleet.control(listen: NetworkAddress(host: "a", port: 1))
    #expect(control.objectives == fleet.objectives && control.models.count == 1)
    #expect(control.common.failure == fleet.failure && fleet.failure.lostAfter == .seconds(7))
    #expect(
      fleet.keysWithoutEffect(in: .simulation).map(\.description) == [
        "f.yaml:8: heartbeat: has no effect in a simulation",
        "f.yaml:9: logLevel: has no effect in a simulation",
      ]
    )
    #expect(fleet.keysWithoutEffect().map(\.path) == ["heartbeat", "logLevel", "retries.lossMax"])
    #expect(
      fleet.keysWithoutEffect(in: .processes).map(\.description)
        == ["f.yaml:12: retries.lossMax: has an effect in simulations only"]
    )
  }

  @Test func `a replica of a node differs from the default where it says so`() throws {
    let text = """
      models: {m: {parameters: 9, layers: 1, heads: 1, kvHeads: 1, headSize: 8, contextTokensMax: 9}}
      replica: {model: llama-3.1-8b, gpu: l40s, kvBlockTokens: 32}
      controlPlane: {listen: 127.0.0.1:7400}
      regions:
        - name: a
          nodes:
            - {name: n, replicas: [{gpu: h200}, {model: m}, {}]}
            - {name: empty, replicas: []}
      """
    let fleet = try FleetFile.read(Array(text.utf8), name: "f.yaml")
    #expect(fleet.controlListen == NetworkAddress("127.0.0.1:7400"))
    let region = try #require(fleet.regions.first)
    let replicas = region.nodes[0].replicas
    #expect(replicas.map(\.model.text) == ["llama-3.1-8b", "m", "llama-3.1-8b"])
    #expect(replicas.map(\.gpu) == ["h200", "l40s", "l40s"])
    #expect(replicas.allSatisfy { $0.kvBlockTokens == 32 })
    #expect(region.nodes[1].replicas.isEmpty)
    let address = NetworkAddress(host: "a", port: 1)
    let node = fleet.node(region.nodes[0], in: region, listen: address, agent: address)
    #expect(node.models.keys.map(\.text) == ["m"])
    let other = fleet.node(region.nodes[1], in: region, listen: address, agent: address)
    #expect(other.models.isEmpty)
  }

  @Test func `nodes say their GPUs and wires, and the fleet how jobs are run`() throws {
    let text = """
      replica: {model: llama-3.1-8b, gpu: l40s, gpuCount: 2}
      jobs: {lease: 90s, noticeMax: 1m, weights: {acme: 3}}
      sharing: {parks: false, keep: 2, waitMax: 2s, loadTime: 1m}
      regions:
        - name: a
          nodes:
            - {name: n, gpuCount: 8, interconnect: {nvlink: rack-1, rail: ib-0}}
            - {name: m, replicas: [{}, {}]}
            - {name: empty, replicas: []}
      """
    let fleet = try FleetFile.read(Array(text.utf8), name: "f.yaml")
    #expect(fleet.jobs.cutOffMax == .seconds(90) && fleet.jobs.noticeMax == .seconds(60))
    #expect(fleet.jobs.weights.values.map { $0 } == [3])
    let (a, n, m) = (
      try #require(RegionID("a")), try #require(NodeID("n")), try #require(NodeID("m"))
    )
    let nodes = [
      JobNode(id: n, region: a, rail: "ib-0", domain: "rack-1", gpuCount: 8),
      JobNode(id: m, region: a, gpuCount: 4),
    ]
    #expect(fleet.topology == FleetTopology(nodes))
    let address = NetworkAddress(host: "127.0.0.1", port: 1)
    #expect(fleet.control(listen: address).jobs == fleet.jobs)
    #expect(!fleet.sharing.parks && fleet.sharing.keep == 2)
    #expect(fleet.sharing.waitMax == .seconds(2) && fleet.sharing.loadTime == .seconds(60))
    #expect(fleet.control(listen: address).sharing == fleet.sharing)
    let region = try #require(fleet.regions.first)
    let settings = region.nodes.map { node in
      fleet.node(node, in: region, listen: address, agent: address)
    }
    #expect(settings[0].jobNode() == nodes[0])
    #expect(settings[1].jobNode(hostGPUCount: 8).gpuCount == 8)
  }

  @Test(arguments: [
    ("", "f.yaml:1: regions: is missing"),
    ("regions: []", "f.yaml:1: regions: needs one region at least"),
    ("regions: [{}]", "f.yaml:1: regions[0].name: is missing"),
    ("regions: [{name: a}, {name: a}]", "f.yaml:1: regions[1].name: is the name of another region"),
    (
      "regions:\n- name: a\n- name: b\n  rtt: {a: 1ms}\n- name: c\n  rtt: {a: 1ms}",
      "f.yaml:6: regions[2].rtt: has no round trip to b, nor has that one to here"
    ),
    (
      "regions:\n- {name: ab, rtt: {cd: 1ms}}\n- name: cd\n  rtt:\n    ab: 2ms",
      "f.yaml:2: regions[0].rtt.cd: is 1ms here and 2ms at cd"
    ),
    (
      "regions: [{name: eu-west, rtt: {us-eats: 1ms}}, {name: us-east, rtt: {eu-west: 1ms}}]",
      "f.yaml:1: regions[0].rtt.us-eats: is not a region (did you mean us-east?)"
    ),
    ("regions: [{name: a, rtt: {a: 1ms}}]", "f.yaml:1: regions[0].rtt.a: is the region itself"),
    (
      "regions: [{name: a}, {name: b, rtt: {a: far}}]",
      #"f.yaml:1: regions[1].rtt.a: "far" is not a duration (try 80ms)"#
    ),
    (
      "regions: [{name: a}, {name: b, rtt: {a: 11s}}]",
      #"f.yaml:1: regions[1].rtt.a: "11s" is not between 0s and 10s"#
    ),
    (
      "regions: [{name: a, nodes: [{name: n}]}]",
      "f.yaml:1: regions[0].nodes[0].replicas: is missing, and there is no model under replica"
    ),
    (
      "replica: {model: llama-3.1-8b}\nregions: [{name: a, nodes: [{name: n}, {name: n}]}]",
      "f.yaml:2: regions[0].nodes[1].name: is the name of another node"
    ),
    (
      "replica: {model: lama-3.1-8b}\nregions: [{name: a, nodes: [{name: n}, {name: m}]}]",
      #"f.yaml:1: replica.model: "lama-3.1-8b" is not a model that is known (did you mean "#
        + "llama-3.1-8b?)"
    ),
    (
      "replica: {model: llama-3.1-70b, gpu: l40s}\nregions: [{name: a, nodes: [{name: n}]}]",
      "f.yaml:1: replica: has no room for KV blocks: 141.1 GB of weights in 43.2 GB of memory "
        + "(more GPUs or fp8 weights would help)"
    ),
    (
      "replica: {model: llama-3.1-8b}\n"
        + "regions: [{name: a, nodes: [{name: n, replicas: [{model: x}]}]}]",
      #"f.yaml:2: regions[0].nodes[0].replicas[0].model: "x" is not a model that is known"#
    ),
    (
      "regions: [{name: a}]\nobjective: {ttft: 1ms}",
      #"f.yaml:2: objective.ttft: "1ms" is not between 10ms and 1h"#
    ),
    (
      "regions: [{name: a}]\nmodels: {m: {objective: {tpot: 30ms}}}",
      "f.yaml:2: models.m: is not a model that is known: say what it is"
    ),
    (
      "regions: [{name: a}]\nmodels: {llama-3.1-8b: {objective: {tpto: 30ms}}}",
      "f.yaml:2: models.llama-3.1-8b.objective.tpto: is not a setting (known: ttft, tpot)"
    ),
    (
      "regions: [{name: a}]\ntenants: {a: {objective: {tpot: 2m}}}",
      #"f.yaml:2: tenants.a.objective.tpot: "2m" is not between 1ms and 1m"#
    ),
    (
      "regions: [{name: a}]\nlostAfter: 2s",
      "f.yaml:2: lostAfter: must be longer than suspectAfter"
    ),
    (
      "regions: [{name: a}]\nqueue: {tenantShare: 3}",
      #"f.yaml:2: queue.tenantShare: "3" is not between 0.001 and 1"#
    ),
    (
      "regions: [{name: a, nodes: [{name: n, gpuCount: 1, replicas: [{}, {}]}]}]\n"
        + "replica: {model: llama-3.1-8b}",
      "f.yaml:1: regions[0].nodes[0].gpuCount: is 1, and the node's replicas need 2 "
        + "(fewer replicas, or fewer GPUs each)"
    ),
    (
      "regions: [{name: a}]\njobs: {lease: 1s}",
      #"f.yaml:2: jobs.lease: "1s" is not between 5s and 24h"#
    ),
    (
      "regions: [{name: a}]\njobs: {leese: 10s}",
      "f.yaml:2: jobs.leese: is not a setting (did you mean lease?)"
    ),
    (
      "regions: [{name: a}]\njobs: {weights: {acme: 0}}",
      #"f.yaml:2: jobs.weights.acme: "0" is not between 0.001 and 1000"#
    ),
    (
      "regions: [{name: a}]\nsharing: {parkBelow: 0.8}",
      "f.yaml:2: sharing.wakeAbove: must be more than sharing.parkBelow"
    ),
    (
      "regions: [{name: a}]\nsharing: {keep: -1}",
      #"f.yaml:2: sharing.keep: "-1" is not between 0 and 4096"#
    ),
    (
      "regions: [{name: a}]\njobs: {backoff: 11m}",
      "f.yaml:2: jobs.backoffMax: must be jobs.backoff at least"
    ),
    (
      "controlplane: {}\nregions: [{name: a}]",
      "f.yaml:1: controlplane: is not a setting (did you mean controlPlane?)"
    ),
  ])
  func `what is wrong with a fleet is said once, with line, path and words`(
    text: String,
    fault: String
  ) {
    let found = faults(text)
    #expect(found.count == 1 && found.first?.hasPrefix(fault) == true, "\(found)")
  }
}
