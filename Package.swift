// swift-tools-version: 6.2
import PackageDescription

/// Every target is Swift 6, warnings are errors, and imports are internal unless a signature needs
/// them.
let common: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
]

/// Targets that touch C pointers also mark every unsafe use.
///
/// That no two accesses to an object's state overlap is checked in debug builds, where the tests
/// run: in a server at work the checks are a fifth of the processor time.
let shell: [SwiftSetting] =
  common + [
    .strictMemorySafety(),
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
  ]

let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)

/// The folders of Sources, from the bottom up; what is in one may import what is in those before
/// it.
enum Layer: String {
  case c = "C"
  case generated = "Generated"
  case core = "Core"
  case wire = "Wire"
  case processes = "Processes"
  case tools = "Tools"

  func path(_ name: String) -> String { "Sources/\(rawValue)/\(name)" }
}

func module(
  _ layer: Layer,
  _ name: String,
  _ dependencies: [Target.Dependency],
  _ settings: [SwiftSetting] = common,
  resources: [Resource]? = nil
) -> Target {
  .target(
    name: name,
    dependencies: dependencies,
    path: layer.path(name),
    resources: resources,
    swiftSettings: settings
  )
}

func tests(
  _ module: String,
  _ dependencies: [Target.Dependency] = [],
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: module + "Tests",
    dependencies: [.byName(name: module)] + dependencies,
    exclude: exclude,
    swiftSettings: common
  )
}

func program(_ layer: Layer, _ name: String, _ dependencies: Target.Dependency...) -> Target {
  .executableTarget(
    name: name,
    dependencies: dependencies,
    path: layer.path(name),
    swiftSettings: common
  )
}

func system(_ name: String, _ pkgConfig: String?, _ packages: [String]) -> Target {
  .systemLibrary(
    name: name,
    path: Layer.c.path(name),
    pkgConfig: pkgConfig,
    providers: [.apt(packages)]
  )
}

let package = Package(
  name: "hearth",
  products: [
    .library(
      name: "HearthRPC",
      targets: ["Basics", "EventLoop", "HearthMessages", "HearthProto", "RPC", "Wire"]
    ),
    .library(
      name: "HearthScheduling",
      targets: [
        "Admission", "Basics", "Capacity", "Dispatching", "FleetSpec", "Jobs", "KVIndex",
        "RivalPolicies", "Routing", "Sharing",
      ]
    ),
    // What benchmarks count allocations with.
    .library(name: "HearthTranscripts", targets: ["Basics", "Transcripts"]),
    .library(name: "MallocCount", targets: ["MallocCount"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    system("CUV", "libuv", ["libuv1-dev"]),
    system("CNGHTTP2", "libnghttp2", ["libnghttp2-dev"]),
    system("CProtobufC", "libprotobuf-c", ["libprotobuf-c-dev", "protobuf-c-compiler"]),
    system("COpenSSL", "openssl", ["libssl-dev"]),
    system("CYAML", "yaml-0.1", ["libyaml-dev"]),
    system("CSQLite", "sqlite3", ["libsqlite3-dev"]),
    // Its pkg-config file adds flags of libraries that it was built with, which SwiftPM warns of.
    system("CZMQ", nil, ["libzmq3-dev"]),
    .systemLibrary(name: "CVectors", path: Layer.c.path("CVectors")),

    .target(
      name: "Basics",
      dependencies: [heap],
      path: Layer.core.path("Basics"),
      swiftSettings: common,
      linkerSettings: [.linkedLibrary("m")]
    ),
    module(.core, "FleetSpec", ["Basics"]),
    module(.core, "KVIndex", ["Basics"]),
    module(.core, "Transcripts", ["Basics", "CVectors", "KVIndex"]),
    module(.core, "KVEvents", ["Basics", "KVIndex"]),
    module(.core, "Admission", ["Basics", "FleetSpec"]),
    module(.core, "Routing", ["Admission", "Basics", "FleetSpec", "KVIndex"]),
    module(.core, "Capacity", ["Basics", "FleetSpec", "KVIndex", "Routing"]),
    module(.core, "RivalPolicies", ["Basics", "FleetSpec", "Routing"]),
    module(.core, "Checkpointing", ["Basics"]),
    module(.core, "EngineModel", ["Basics", "FleetSpec"]),
    module(.core, "Accounting", ["Basics", "FleetSpec"]),
    module(.core, "Jobs", ["Basics", "FleetSpec", "HearthMessages", heap]),
    module(.generated, "HearthMessages", []),
    module(
      .core,
      "Dispatching",
      ["Admission", "Basics", "Capacity", "FleetSpec", "KVIndex", "Routing"]
    ),
    module(
      .core,
      "Coordination",
      [
        "Accounting", "Admission", "Basics", "Capacity", "Dispatching", "FleetSpec",
        "HearthMessages", "KVIndex", "Routing", "Sharing",
      ]
    ),
    module(
      .core,
      "Sharing",
      ["Admission", "Basics", "Capacity", "Dispatching", "FleetSpec", "Jobs", "Routing"]
    ),
    module(.tools, "Traces", ["Basics", "EngineModel", "FleetSpec"]),
    module(
      .tools,
      "Simulator",
      [
        "Accounting", "Admission", "Basics", "Capacity", "Dispatching", "EngineModel", "FleetSpec",
        "Jobs", "KVIndex", "RivalPolicies", "Routing", "Sharing", "Traces",
      ]
    ),

    .target(name: "CWorkers", path: Layer.c.path("CWorkers")),
    .target(name: "CShims", path: Layer.c.path("CShims")),
    module(.wire, "EventLoop", ["Basics", "CShims", "CUV"], shell),

    // KV events of engines: hearth-node alone links it.
    module(.wire, "ZeroMQ", ["CZMQ", "EventLoop"], shell),

    // The coding of the messages of proto/, written by `swift package generate-proto`.
    .target(
      name: "CHearthProto",
      dependencies: ["CProtobufC"],
      path: Layer.generated.path("CHearthProto")
    ),
    module(.generated, "HearthProto", ["Basics", "HearthMessages", "CHearthProto"], shell),

    // From proto/ to the C of CHearthProto and the Swift of HearthMessages and HearthProto.
    .target(
      name: "CDescriptorProto",
      dependencies: ["CProtobufC"],
      path: Layer.generated.path("CDescriptorProto")
    ),
    module(.tools, "ProtoGenerator", ["CDescriptorProto"]),
    .executableTarget(
      name: "proto-generator",
      dependencies: ["ProtoGenerator"],
      path: Layer.tools.path("proto-generator"),
      swiftSettings: common
    ),
    .plugin(
      name: "GenerateProto",
      capability: .command(
        intent: .custom(
          verb: "generate-proto",
          description: "Write the code that comes from proto/; with --check, say what differs"
        ),
        permissions: [.writeToPackageDirectory(reason: "Generated code is checked in.")]
      ),
      dependencies: ["proto-generator"]
    ),

    module(.wire, "Wire", ["Basics", "CNGHTTP2", "COpenSSL"], shell),
    module(.wire, "Serving", ["Basics", "EventLoop", "Wire", log]),
    module(.wire, "HTTP", ["Basics", "EventLoop", "Serving", "Wire", log], shell),
    module(.wire, "S3", ["Basics", "EventLoop", "HTTP", "Wire"], shell),
    module(
      .wire,
      "RPC",
      ["Basics", "EventLoop", "HearthMessages", "HearthProto", "Serving", "Wire", log],
      shell
    ),

    module(
      .processes,
      "Engines",
      [
        "Basics", "EngineModel", "EventLoop", "FleetSpec", "HTTP", "HearthMessages", "KVEvents",
        "Transcripts", "Wire", "ZeroMQ",
      ]
    ),
    module(
      .processes,
      "Checkpoints",
      ["Basics", "Checkpointing", "Durable", "S3", "Wire"],
      shell
    ),
    module(.processes, "YAML", ["CYAML"], shell),
    // The ledger: hearth-control alone links it.
    module(.processes, "SQLite", ["CSQLite"], shell),
    module(.processes, "Telemetry", ["Basics", log]),
    module(
      .processes,
      "Settings",
      [
        "Accounting", "Admission", "Basics", "FleetSpec", "Jobs", "Routing", "Sharing", "Telemetry",
        "YAML", log,
      ]
    ),

    .target(name: "CNVML", path: Layer.c.path("CNVML"), linkerSettings: [.linkedLibrary("dl")]),
    module(
      .processes,
      "Daemon",
      [
        "Basics", "Coordination", "EventLoop", "HTTP", "HearthMessages", "RPC", "Settings",
        "Telemetry", "Wire", log,
      ]
    ),
    module(.processes, "Durable", [], shell),
    module(.processes, "Workers", ["Basics", "CWorkers", "Durable", "EventLoop"]),
    module(
      .processes,
      "NodeAgent",
      [
        "Basics", "CNVML", "Checkpointing", "Checkpoints", "Coordination", "Daemon", "Engines",
        "EventLoop", "FleetSpec", "HearthMessages", "HearthProto", "Jobs", "KVIndex", "RPC", "S3",
        "Settings", "Telemetry", "Transcripts", "Wire", "Workers", log,
      ],
      shell
    ),
    module(
      .processes,
      "RegionAgent",
      [
        "Basics", "Coordination", "Daemon", "EventLoop", "HearthMessages", "HearthProto", "RPC",
        "Settings", "Telemetry", "Wire", log,
      ],
      shell
    ),
    module(
      .processes,
      "Console",
      ["Basics", "HearthMessages"],
      resources: [.embedInCode("Page")]
    ),
    module(
      .processes,
      "ControlPlane",
      [
        "Accounting", "Admission", "Basics", "Console", "Coordination", "Daemon", "Dispatching",
        "Durable", "EventLoop", "FleetSpec", "HTTP", "HearthMessages", "HearthProto", "Jobs",
        "RivalPolicies", "Routing", "RPC", "SQLite", "Settings", "Sharing", "Telemetry", "Wire",
        log,
      ],
      shell
    ),
    module(
      .tools,
      "AdminCLI",
      [
        "Accounting", "Admission", "Basics", "Capacity", "Client", "Coordination", "EngineModel",
        "EventLoop", "FleetSpec", "HearthMessages", "HearthProto", "Jobs", "KVIndex",
        "RivalPolicies", "Routing", "RPC", "Settings", "Simulator", "Traces", "Wire", arguments,
      ],
      resources: [.embedInCode("Compute/systems.csv")]
    ),

    module(
      .processes,
      "Client",
      [
        "Basics", "EventLoop", "FleetSpec", "HearthMessages", "HearthProto", "KVIndex", "RPC",
        "Wire",
      ]
    ),

    module(
      .processes,
      "Gateway",
      [
        "Basics", "Client", "Daemon", "EventLoop", "HTTP", "HearthMessages", "HearthProto",
        "KVIndex", "RPC", "Settings", "Telemetry", "Transcripts", "Wire", log,
      ]
    ),

    program(.processes, "hearth-gateway", "Gateway"),
    program(.processes, "hearth-control", "ControlPlane"),
    program(.processes, "hearth-region", "RegionAgent"),
    program(.processes, "hearth-node", "EventLoop", "NodeAgent", "Workers"),
    program(.tools, "hearth", "AdminCLI"),

    tests("Basics"),
    .target(
      name: "TestSupport",
      dependencies: [
        "Accounting", "Basics", "Coordination", "EngineModel", "FleetSpec", "HearthMessages",
        "KVIndex",
        "RivalPolicies", "Routing",
      ],
      path: "Tests/TestSupport",
      swiftSettings: common
    ),
    tests("FleetSpec", ["Basics"]),
    tests("KVIndex", ["Basics"]),
    tests("Transcripts", ["Basics", "KVIndex"], exclude: ["Answers"]),
    tests("KVEvents", ["Basics", "KVIndex"], exclude: ["Samples"]),
    tests("Admission", ["Basics", "FleetSpec"]),
    tests("Routing", ["Basics", "FleetSpec", "KVIndex", "RivalPolicies", "TestSupport"]),
    tests("Capacity", ["Basics", "FleetSpec", "KVIndex", "Routing", "TestSupport"]),
    tests("RivalPolicies", ["Basics", "FleetSpec", "KVIndex", "Routing", "TestSupport"]),
    tests("EngineModel", ["Basics", "FleetSpec", "TestSupport"]),
    tests("Accounting", ["Basics", "FleetSpec"]),
    tests("Jobs", ["Basics", "FleetSpec", "HearthMessages"]),
    tests("Sharing", ["Basics", "FleetSpec", "Jobs"]),
    tests("HearthProto", ["Basics", "HearthMessages"]),
    tests("Checkpointing", ["Basics"]),
    tests(
      "Checkpoints",
      ["Basics", "Checkpointing", "S3", "TestSupport", "hearth-checkpoint-writer"],
      exclude: ["Programs"]
    ),
    tests(
      "Dispatching",
      ["Admission", "Basics", "Capacity", "FleetSpec", "KVIndex", "Routing", "TestSupport"]
    ),
    tests(
      "Coordination",
      [
        "Accounting", "Admission", "Basics", "Capacity", "FleetSpec", "HearthMessages", "KVIndex",
        "Routing", "TestSupport",
      ]
    ),
    tests("Traces", ["Basics", "EngineModel", "FleetSpec"]),
    tests(
      "Simulator",
      [
        "Admission", "Basics", "Capacity", "Client", "Coordination", "EngineModel", "FleetSpec",
        "HearthMessages", "Jobs", "KVIndex", "RivalPolicies", "Routing", "Sharing", "TestSupport",
        "Traces",
      ]
    ),
    tests("EventLoop", ["Basics"]),
    tests("ZeroMQ", ["EventLoop"]),
    tests("Wire", ["Basics", "COpenSSL", "TestSupport"]),
    tests("HTTP", ["Basics", "EventLoop", "Serving", "TestSupport", "Wire", log]),
    tests(
      "RPC",
      [
        "Basics", "EventLoop", "HearthMessages", "HearthProto", "Serving", "TestSupport", "Wire",
        log,
      ],
      exclude: ["interop"]
    ),
    tests("YAML"),
    tests("SQLite", ["TestSupport"]),
    tests(
      "ControlPlane",
      [
        "Accounting", "Basics", "Coordination", "EventLoop", "FleetSpec", "SQLite", "TestSupport",
        log,
      ]
    ),
    tests("Telemetry", ["Basics", log]),
    tests(
      "Settings",
      [
        "Accounting", "Admission", "Basics", "FleetSpec", "Jobs", "RivalPolicies", "Routing",
        "Sharing", "Telemetry", "YAML", log,
      ]
    ),
    .testTarget(
      name: "IntegrationTests",
      dependencies: ["Basics", "TestSupport"],
      exclude: [
        "grpcio_client.py", "mock_engine.py", "openai_client.py", "otlp_collector.py",
      ],
      swiftSettings: common
    ),
    tests("Durable", ["TestSupport"]),
    tests(
      "NodeAgent",
      [
        "Basics", "Checkpointing", "Checkpoints", "Coordination", "EventLoop", "HearthMessages",
        "HearthProto", "RPC", "S3", "TestSupport", "Wire", "Workers", log,
      ]
    ),
    tests("S3", ["Basics", "EventLoop", "HTTP", "TestSupport", "Wire", log]),
    tests("Workers", ["Basics", "CWorkers", "EventLoop"]),
    tests(
      "Client",
      [
        "Basics", "EventLoop", "FleetSpec", "HearthMessages", "HearthProto", "RPC", "TestSupport",
        "Wire", log,
      ]
    ),
    tests(
      "Engines",
      [
        "Basics", "Coordination", "EventLoop", "FleetSpec", "HTTP", "HearthMessages",
        "HearthProto", "KVEvents", "NodeAgent", "RPC", "Transcripts", "Wire", "ZeroMQ", log,
      ]
    ),
    .testTarget(
      name: "AgentTests",
      dependencies: [
        "Basics", "ControlPlane", "Coordination", "Daemon", "Engines", "EventLoop", "FleetSpec",
        "Gateway", "HearthMessages", "HearthProto", "NodeAgent", "RegionAgent", "RPC", "Telemetry",
        "TestSupport", "Wire", log,
      ],
      swiftSettings: common
    ),
    tests(
      "AdminCLI",
      [
        "Accounting", "Admission", "Basics", "Capacity", "Client", "EngineModel", "EventLoop",
        "FleetSpec", "HearthMessages", "HearthProto", "Jobs", "KVIndex", "RPC", "RivalPolicies",
        "Routing", "Settings", "Simulator", "TestSupport", "Traces", "Wire", arguments, log,
      ]
    ),
    tests("ProtoGenerator"),
    .testTarget(
      name: "GoldenTests",
      dependencies: [
        "AdminCLI", "Admission", "Basics", "Client", "Coordination", "HearthMessages", "KVIndex",
        "TestSupport", arguments,
      ],
      exclude: ["Scenarios"],
      swiftSettings: common
    ),
    .testTarget(name: "TidyTests", swiftSettings: common),

    // What tests of the store of checkpoints kill.
    .executableTarget(
      name: "hearth-checkpoint-writer",
      dependencies: ["Checkpointing", "Checkpoints"],
      path: "Tests/CheckpointWriter",
      swiftSettings: common
    ),

    // Counts allocations of the hot path in a release build.
    .target(name: "MallocCount", path: "Tests/MallocCount"),
    .executableTarget(
      name: "hearth-allocation-check",
      dependencies: [
        "Admission", "Basics", "Dispatching", "FleetSpec", "KVIndex", "MallocCount", "Routing",
      ],
      path: "Tests/AllocationCheck",
      swiftSettings: common
    ),
  ]
)

// `make fuzz` alone builds what links libFuzzer.
if Context.environment["HEARTH_FUZZ"] != nil {
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
      name: "hearth-fuzz",
      dependencies: [
        "Accounting", "Basics", "CFuzzer", "Checkpointing", "HearthMessages", "HearthProto", "Jobs",
        "KVEvents", "S3", "Settings", "Telemetry", "Traces", "Transcripts", "Wire", "Workers",
        "YAML",
      ],
      path: "Tests/Fuzz/Harness",
      swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-sanitize=fuzzer"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]
    ),
  ]
}
