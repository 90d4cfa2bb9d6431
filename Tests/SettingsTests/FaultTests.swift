import Basics
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(5)))
struct FaultTests {
  private func node(_ text: String) -> [String] {
    let known = "name: n\nregion: r\nagent: 127.0.0.1:1\n"
    return NodeSettings.read(launch("--config n.yaml", files: ["n.yaml": known + text])).faults
  }

  @Test(arguments: [
    ("heartbeat: fast", #"heartbeat: "fast" is not a duration (try 80ms)"#),
    ("heartbeat: 80", #"heartbeat: "80" is not a duration (try 80ms)"#),
    ("heartbeat: 1ns", #"heartbeat: "1ns" is not between 10ms and 1h"#),
    ("heartbeat: [1s]", "heartbeat: is a list where one value is expected"),
    ("heartbeat: {a: 1s}", "heartbeat: is a map where one value is expected"),
    ("heartbeat:", "heartbeat: has no value"),
    ("heartbeat: ''", "heartbeat: has no value"),
    ("heartbeat: \"a\\e[2J\"", #"heartbeat: "a\u001b[2J" is not a duration (try 80ms)"#),
    ("timeScale: much", #"timeScale: "much" is not a number"#),
    ("timeScale: nan", #"timeScale: "nan" is not a number"#),
    ("timeScale: 1001", #"timeScale: "1001" is not between 1 and 1000"#),
    ("listen: 7400", #"listen: "7400" is not an address (try 127.0.0.1:7400)"#),
    ("admin: 7421", #"admin: "7421" is not an address (try 127.0.0.1:7400)"#),
    (
      "trace: {collector: \"http://a:4318\"}",
      #"trace.collector: "http://a:4318" is not an address (try 127.0.0.1:7400)"#
    ),
    ("trace: {share: 2}", #"trace.share: "2" is not between 0 and 1"#),
    ("advertise: a:0", "advertise: must have a port, and not 0"),
    (
      "logLevel: loud",
      #"logLevel: "loud" is not one of trace, debug, info, notice, warning, error, critical"#
    ),
    ("exitWithParent: yes", #"exitWithParent: "yes" is not true or false"#),
    ("tls: {certificate: a}", "tls.key: is missing: certificate and key belong together"),
    ("tls: {key: a}", "tls.certificate: is missing: certificate and key belong together"),
    ("tls: {authority: a}", "tls.authority: needs a certificate and a key beside it"),
    (
      "tls: {certificate: a, key: b}",
      "tls.authority: is missing: without it clients prove nothing (say tls.anyClient: true to "
        + "serve them all the same)"
    ),
    ("tls: {anyClient: true}", "tls.anyClient: needs a certificate and a key beside it"),
    ("tls: {serverName: a}", "tls.serverName: needs a certificate and a key beside it"),
    (
      "tls: {serverName: \"a b\"}",
      #"tls.serverName: "a b" is not a host's name (try fleet.example)"#
    ),
    ("tls: {certificat: a}", "tls.certificat: is not a setting (did you mean certificate?)"),
    ("tls: a.pem", "tls: is not a map of keys and values"),
    ("suspectAfter: 1s", "suspectAfter: must be longer than heartbeat"),
    ("lostAfter: 2s", "lostAfter: must be longer than suspectAfter"),
    ("hartbeat: 1s", "hartbeat: is not a setting (did you mean heartbeat?)"),
    ("\"a b\": 1", #""a b": is not a setting"#),
    ("name: m", "name: is given twice, first at n.yaml:1"),
    (
      "interconnect: {nvlink: 'rack 1'}",
      #"interconnect.nvlink: "rack 1" is not a name (1 to 128 of A-Z a-z 0-9 . _ - / :)"#
    ),
    (
      "interconnect: {rails: a}",
      "interconnect.rails: is not a setting (did you mean rail?)"
    ),
    ("gpuCount: 65", #"gpuCount: "65" is not between 1 and 64"#),
    (
      "gpuCount: 3\nreplicas: [{model: qwen2.5-7b, gpuCount: 2}, {model: qwen2.5-7b, gpuCount: 2}]",
      "gpuCount: is 3, and the node's replicas need 4 (fewer replicas, or fewer GPUs each)"
    ),
    ("replicas: 3", "replicas: is not a list"),
    (
      "replicas: [{model: llama-3.1-8b, kvEventsAt: ['a:1']}]",
      "replicas[0].kvEventsAt: needs an address under engine: simulated ones need none"
    ),
    (
      "replicas: [{model: llama-3.1-8b, engine: 'a:1', kvEventsAt: ['a:2'], "
        + "kvReplayAt: ['a:3', 'a:4']}]",
      "replicas[0].kvReplayAt: has 2 addresses for the 1 of kvEventsAt: one for each, or none"
    ),
    (
      "replicas: [{model: llama-3.1-8b, engine: 'a:1', kvEventsAt: ['tcp://a:2']}]",
      #"replicas[0].kvEventsAt[0]: "tcp://a:2" is not an address (try 127.0.0.1:7400)"#
    ),
    ("replicas: [3]", "replicas[0]: is not a map of keys and values"),
    ("replicas: [{}]", "replicas[0].model: is missing"),
    (
      "replicas: [{model: lama-3.1-8b}]",
      #"replicas[0].model: "lama-3.1-8b" is not a model that is known (did you mean llama-3.1-8b?)"#
    ),
    (
      "replicas: [{model: '-'}]",
      #"replicas[0].model: "-" is not a name (1 to 128 of A-Z a-z 0-9 . _ - / :)"#
    ),
    (
      "replicas: [{model: llama-3.1-8b, gpu: h100-sxn}]",
      #"replicas[0].gpu: "h100-sxn" is not a GPU that is known (did you mean h100-sxm?)"#
    ),
    (
      "replicas: [{model: llama-3.1-70b, gpu: h100}]",
      "replicas[0]: has no room for KV blocks: 141.1 GB of weights in 72.0 GB of memory "
        + "(more GPUs or fp8 weights would help)"
    ),
    (
      "replicas: [{model: llama-3.1-8b, gpuCount: 1.5}]",
      #"replicas[0].gpuCount: "1.5" is not a whole number"#
    ),
    (
      "replicas: [{model: llama-3.1-8b, efficiency: {compute: 0}}]",
      #"replicas[0].efficiency.compute: "0" is not between 0.01 and 1"#
    ),
    (
      "replicas: [{model: llama-3.1-8b, engine: '8000'}]",
      #"replicas[0].engine: "8000" is not an address "#
        + "(try 127.0.0.1:8000 or unix:/run/engine.sock)"
    ),
    (
      "replicas: [{model: llama-3.1-8b, engine: 'unix:engine.sock'}]",
      #"replicas[0].engine: "unix:engine.sock" is not an address "#
        + "(try 127.0.0.1:8000 or unix:/run/engine.sock)"
    ),
    (
      "replicas: [{model: llama-3.1-8b, engine: '127.0.0.1:0'}]",
      "replicas[0].engine: needs a port above 0"
    ),
    (
      "replicas: [{model: llama-3.1-8b, engine: '10.0.0.1:80', engineCommand: [vllm]}]",
      "replicas[0].engine: is not on this machine, where engineCommand starts it "
        + "(try 127.0.0.1:8000)"
    ),
    (
      "replicas: [{model: llama-3.1-8b, engineCommand: [vllm, serve]}]",
      "replicas[0].engineCommand: needs {port} where the server is told its port, or an address "
        + "under engine"
    ),
    (
      "replicas: [{model: llama-3.1-8b, engineCommand: vllm}]",
      "replicas[0].engineCommand: is not a list"
    ),
    (
      "replicas: [{model: llama-3.1-8b, adapters: {'a b': /x}}]",
      #"replicas[0].adapters."a b": "a b" is not a name (1 to 128 of A-Z a-z 0-9 . _ - / :)"#
    ),
    (
      "models: {\"a b\": {}}",
      #"models."a b": "a b" is not a name (1 to 128 of A-Z a-z 0-9 . _ - / :)"#
    ),
    (
      "models: {m: {parameters: 1, layers: 1, heads: 3, kvHeads: 2, headSize: 1, "
        + "contextTokensMax: 1}}",
      "models.m.kvHeads: is not a divisor of heads"
    ),
    (
      "models: {m: {parameters: 1, activeParameters: 2, layers: 1, heads: 1, kvHeads: 1, "
        + "headSize: 1, contextTokensMax: 1}}",
      "models.m.activeParameters: is more than all the parameters"
    ),
    (
      "jobs: {copies: {eu: mnt/eu}, s3: {endpoint: 'http://a:1', region: eu}, keys: /k}",
      "jobs.copies.eu: is not absolute (try /mnt/eu)"
    ),
  ])
  func `what is wrong in a file is said with line, path and words`(text: String, fault: String) {
    #expect(node(text + "\n").first == "n.yaml:4: " + fault)
  }

  @Test(arguments: [
    ("queue: {max: 0}", #"queue.max: "0" is not between 1 and 1048576"#),
    ("queue: {waitMx: 5}", "queue.waitMx: is not a setting (did you mean waitMax?)"),
    ("queue: {waitMax: long}", #"queue.waitMax: "long" is not a duration (try 80ms)"#),
    ("tenant: {priority: 8}", #"tenant.priority: "8" is not between 0 and 7"#),
    ("tenants: {acme: {weight: 0}}", #"tenants.acme.weight: "0" is not between 0.001 and 1000"#),
    (
      "tenants: {acme: {trustGroup: us two}}",
      #"tenants.acme.trustGroup: "us two" is not a name (1 to 128 of A-Z a-z 0-9 . _ - / :)"#
    ),
    (
      "tenants: {acme: {tokensPerMinut: 5}}",
      "tenants.acme.tokensPerMinut: is not a setting (did you mean tokensPerMinute?)"
    ),
    (
      "tenants: {\"a b\": {}}",
      #"tenants."a b": "a b" is not a name (1 to 128 of A-Z a-z 0-9 . _ - / :)"#
    ),
  ])
  func `what is wrong with tenants is said the same way, for a process and a fleet`(
    text: String,
    fault: String
  ) {
    let control = ControlSettings.read(
      launch("--config c.yaml", files: ["c.yaml": "policy: warm\n\(text)\n"])
    )
    #expect(control.faults == ["c.yaml:2: " + fault])
    let error = #expect(throws: SettingsError.self) {
      try FleetFile.read(
        Array("policy: warm\n\(text)\nregions: [{name: a}]\n".utf8),
        name: "c.yaml"
      )
    }
    #expect(error?.faults.map(\.description) == ["c.yaml:2: " + fault])
  }

  @Test func `what is wrong with a gateway is said the same way`() {
    let text = "control: 127.0.0.1:1\nretryTime: 1h\n"
    let gateway = GatewaySettings.read(launch("--config g.yaml", files: ["g.yaml": text]))
    #expect(gateway.faults == [#"g.yaml:2: retryTime: "1h" is not between 0s and 10m"#])
  }

  @Test func `flags and variables are named where they are wrong`() {
    let outcome = ControlSettings.read(
      launch(
        "--heartbeat fast --polcy warm stray --seed --seed=1",
        variables: ["HEARTH_LOST_AFTER": "soon", "HEARTH_TIME_SCALE": "0"]
      )
    )
    #expect(
      outcome.faults == [
        #"hearth-test: "stray" is not a flag (flags begin with --)"#,
        "--seed: is given twice",
        "--polcy: is not a flag (did you mean --policy?)",
        #"HEARTH_TIME_SCALE: "0" is not between 1 and 1000"#,
        #"--heartbeat: "fast" is not a duration (try 80ms)"#,
        #"HEARTH_LOST_AFTER: "soon" is not a duration (try 80ms)"#,
      ]
    )
  }

  @Test func `values inside a flag have paths inside it`() {
    let given = "--region r --control 127.0.0.1:1"
    let wrong = RegionSettings.read(launch(given, variables: ["HEARTH_ROUND_TRIPS": "{b: far}"]))
    #expect(wrong.faults == [#"HEARTH_ROUND_TRIPS: b: "far" is not a duration (try 80ms)"#])
    let noYAML = RegionSettings.read(launch(given + " --round-trips {b"))
    #expect(noYAML.faults.count == 1)
    #expect(noYAML.faults.first?.hasPrefix("--round-trips: not YAML: ") == true)
    let itself = RegionSettings.read(launch(given, variables: ["HEARTH_ROUND_TRIPS": "{r: 1ms}"]))
    #expect(itself.faults == ["HEARTH_ROUND_TRIPS: has the region itself in it"])
  }

  @Test func `what has to be given says how`() {
    #expect(
      RegionSettings.read(launch()).faults == [
        "hearth-test: region: is missing (--region, HEARTH_REGION or the file)",
        "hearth-test: control: is missing (--control, HEARTH_CONTROL or the file)",
      ]
    )
    let file = RegionSettings.read(launch("--config r.yaml", files: ["r.yaml": "region: r\n"]))
    #expect(
      file.faults == ["r.yaml:1: control: is missing (--control, HEARTH_CONTROL or the file)"]
    )
  }

  @Test func `all faults come at once, in the order of their lines`() {
    let text = "replicas:\n  - {gpu: x}\n  - model: 'a b'\nlisten: x\ntimescale: 1\nlogFormat: x\n"
    #expect(
      node(text).map { $0.prefix { $0 != " " } } == [
        "n.yaml:5:", "n.yaml:5:", "n.yaml:6:", "n.yaml:7:", "n.yaml:8:", "n.yaml:9:",
      ]
    )
  }

  @Test func `one mistake makes one fault`() {
    #expect(node("heartbeat: x\nsuspectAfter: 1s\n").count == 1)
    #expect(
      node("replicas: [{model: m}]\nmodels: {m: {layers: 1}}\n").allSatisfy {
        $0.contains("is missing")
      }
    )
  }

  @Test func `a file that is not there is the fault of who named it`() {
    #expect(
      ControlSettings.read(launch("--config x.yaml")).faults
        == [#"--config: "x.yaml" does not exist"#]
    )
    #expect(
      ControlSettings.read(launch(variables: ["HEARTH_CONFIG": "x.yaml"])).faults
        == [#"HEARTH_CONFIG: "x.yaml" does not exist"#]
    )
    #expect(RegionSettings.read(launch("--config x.yaml")).faults.count == 1)
    #expect(ControlSettings.read(launch("--config")).faults == ["--config: has no value"])
  }

  @Test(arguments: [
    ("[1]", "c.yaml:1: is not a map of keys and values"),
    ("just words", "c.yaml:1: is not a map of keys and values"),
    ("seed: &a 1", "c.yaml:1: anchors (&name) are not allowed"),
    ("policy: warm\nseed: *a", "c.yaml:2: aliases (*name) are not allowed"),
    ("seed: \u{7}", "c.yaml:1: a byte that is not valid UTF-8"),
    (String(repeating: "[", count: 100), "c.yaml:1: more than 32 levels of lists and maps"),
    (String(repeating: "#", count: 1 << 20) + "\n", "c.yaml:1: more than 1048576 bytes"),
    (
      "seed: " + String(repeating: "1", count: 16_385),
      "c.yaml:1: a string of 16385 bytes; the limit is 16384"
    ),
    ("a: [" + String(repeating: "1,", count: 50_000) + "]", "c.yaml:1: more than 50000 values"),
  ])
  func `a file beyond the limits is refused as a whole`(text: String, fault: String) {
    #expect(
      ControlSettings.read(launch("--config c.yaml", files: ["c.yaml": text])).faults == [fault]
    )
  }

  @Test func `a check of the settings opens the files that they name`() {
    let text = "tls: {certificate: a.pem, key: b.pem, authority: c.pem}"
    let arguments = "--config c.yaml --check-config"
    let whole = ["c.yaml": text, "a.pem": "", "b.pem": "", "c.pem": ""]
    #expect(ControlSettings.read(launch(arguments, files: whole)).faults.isEmpty)
    let partly = ["c.yaml": text, "a.pem": "", "c.pem": ""]
    #expect(
      ControlSettings.read(launch(arguments, files: partly)).faults
        == [#"c.yaml:1: tls.key: "b.pem" does not exist"#]
    )
  }
}
