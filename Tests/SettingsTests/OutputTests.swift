import Admission
import Basics
import RivalPolicies
import Routing
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(5)))
struct OutputTests {
  @Test func `the version is printed, whatever else is wrong`() {
    #expect(ControlSettings.read(launch("--version --seed x")).text == "hearth-test 1.2.3\n")
  }

  @Test(arguments: ["--help", "-h", "--seed x --help"])
  func `help names each setting with flag, variable, key, default and meaning`(arguments: String)
    throws
  {
    let text = try #require(NodeSettings.read(launch(arguments)).text)
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    for field in NodeSettings.fields {
      let (noun, name) = (field.key.noun, field.name)
      #expect(text.contains("  \(field.flag) \(noun), \(field.variable), \(name)\n      "))
      #expect(words.contains(" \(name) \(field.key.help) "))
    }
    #expect(words.contains(" held is forgotten. Wall time. Default: 10s. "))
    #expect(text.contains("The region that it is in. Required.\n"))
    #expect(text.contains("        replicas[].model (name): Name of the model. Required.\n"))
    #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 100 })
  }

  @Test func `a check says that all is well, or what is not`() {
    #expect(
      ControlSettings.read(launch("--check-config")).text
        == "hearth-test: the settings are in order\n"
    )
    #expect(ControlSettings.read(launch("--check-config --seed x")).faults.count == 1)
    #expect(
      ControlSettings.read(launch("--check-config=no")).faults
        == ["--check-config: takes no value"]
    )
  }

  @Test func `printed settings say where each is from`() throws {
    let outcome = RegionSettings.read(
      launch(
        "--print-config --config r.yaml --tls-key k.pem --tls-authority a.pem",
        variables: ["HEARTH_LOG_LEVEL": "debug"],
        files: [
          "r.yaml": "region: eu\ncontrol: 10.0.0.1:7400\nroundTrips: {us: 80ms}\n"
            + "tls:\n  certificate: c.pem\n"
        ]
      )
    )
    #expect(
      try #require(outcome.text) == """
        listen: "127.0.0.1:7410"  # from default
        # advertise is not given
        # admin is not given
        # trace.collector is not given
        trace:
          share: 1  # from default
        logLevel: debug  # from HEARTH_LOG_LEVEL
        logFormat: auto  # from default
        tls:
          certificate: c.pem  # from r.yaml:5
          key: k.pem  # from --tls-key
          authority: a.pem  # from --tls-authority
          anyClient: false  # from default
        # tls.serverName is not given
        timeScale: 1  # from default
        heartbeat: 1s  # from default
        suspectAfter: 3s  # from default
        lostAfter: 10s  # from default
        grace: 30s  # from default
        exitWithParent: false  # from default
        region: eu  # from r.yaml:1
        control: "10.0.0.1:7400"  # from r.yaml:2
        roundTrips:  # from r.yaml:3
          us: 80ms

        """
    )
  }

  @Test func `printed settings are a file that reads back to the same`() throws {
    let text =
      "replicas: [{model: llama-3.1-8b, kvCache: fp8}, {model: m}]\n"
      + "models: {m: {parameters: 7, layers: 1, heads: 2, kvHeads: 2, headSize: 3, "
      + "contextTokensMax: 9}}\n"
    let given = "--name n --region r --agent [::1]:5 --config n.yaml"
    let first = try #require(NodeSettings.read(launch(given, files: ["n.yaml": text])).settings)
    let printed = NodeSettings.read(launch(given + " --print-config", files: ["n.yaml": text])).text
    let again = NodeSettings.read(
      launch("--config p.yaml", files: ["p.yaml": try #require(printed)])
    )
    #expect(again.settings == first)
  }

  @Test func `policies have the names that the scheduler gives them`() {
    #expect(PolicyName.allCases.map(\.rawValue) == (Policies.own + RivalPolicies.all).map(\.name))
  }

  @Test func `the queue's defaults and bounds are the scheduler's`() throws {
    #expect(QueueSettings().admission == AdmissionSettings())
    #expect(QueueSettings().costs == CostModel())
    let text = """
      queue: {max: 3, waitMax: 7s, burst: 2s, backlogMax: 250ms}
      tenant: {concurrentTurns: 5}
      """
    let outcome = ControlSettings.read(launch("--config c.yaml", files: ["c.yaml": text]))
    let queue = try #require(outcome.settings?.scheduling.queue)
    #expect(queue.admission.waitingMax == 3 && queue.admission.waitMax == .seconds(7))
    #expect(queue.admission.burst == .seconds(2))
    #expect(queue.admission.limits == TenantLimits(concurrentTurns: 5))
    #expect(queue.costs.backlogSecondsMax == 0.25)
    let priorities = ["-1", "0", "7", "8"].map { priority in
      let tenant = ["HEARTH_TENANT": "{priority: \(priority)}"]
      return ControlSettings.read(launch(variables: tenant)).settings != nil
    }
    #expect(AdmissionQueue.priorities == 0...7 && priorities == [false, true, true, false])
  }

  @Test func `a named tenant is as the others but for what is said of it`() throws {
    let text = """
      tenants: {acme: {weight: 3, tokensPerMinute: 0}}
      tenant: {tokensPerMinute: 100, concurrentTurns: 5}
      """
    let outcome = ControlSettings.read(launch("--config c.yaml", files: ["c.yaml": text]))
    let queue = try #require(outcome.settings?.scheduling.queue)
    let acme = try #require(TenantID("acme").flatMap { queue.tenants[$0] })
    #expect(acme.weight == 3 && acme.tokensPerMinute == 0 && acme.concurrentTurns == 5)
    #expect(queue.tenant.tokensPerMinute == 100)
  }

  @Test(arguments: [
    ("127.0.0.1:0", "127.0.0.1", 0), ("localhost:65535", "localhost", 65_535),
    ("[::1]:7400", "::1", 7400), ("[fe80::1%eth0]:1", "fe80::1%eth0", 1),
    ("a-b_c.example:80", "a-b_c.example", 80),
  ])
  func `an address reads and writes back`(text: String, host: String, port: Int) throws {
    let address = try #require(NetworkAddress(text))
    #expect(address.host == host && address.port == port && address.description == text)
  }

  @Test(arguments: [
    "", ":", ":80", "a", "a:", "a:65536", "a:-1", "a:+1", "::1:80", "[]:80", "[::1]", "a b:80",
    "a/b:80", "http://a:80", "é:80", "a:８０", String(repeating: "a", count: 256) + ":80",
  ])
  func `anything else is no address`(text: String) {
    #expect(NetworkAddress(text) == nil)
  }
}
