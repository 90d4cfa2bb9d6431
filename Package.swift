// swift-tools-version: 6.2
import PackageDescription

/// Every target is Swift 6, warnings are errors, and imports are internal unless a signature needs them.
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

func module(
  _ name: String,
  _ dependencies: [Target.Dependency],
  _ settings: [SwiftSetting] = common
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
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

func program(_ name: String, _ dependency: Target.Dependency) -> Target {
  .executableTarget(name: name, dependencies: [dependency], swiftSettings: common)
}

func system(_ name: String, _ pkgConfig: String, _ packages: [String]) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt(packages)])
}

let package = Package(
  name: "hearth",
  products: [
    .library(
      name: "HearthRPC",
      targets: ["Basics", "EventLoop", "HearthMessages", "HearthProto", "RPC", "Wire"]
    ),
    .library(name: "HearthScheduling", targets: ["Basics", "Fleet", "Scheduling"]),
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

    .target(
      name: "Basics",
      dependencies: [heap],
      swiftSettings: common,
      linkerSettings: [.linkedLibrary("m")]
    ),
    module("Fleet", ["Basics"]),
    module("Scheduling", ["Basics", "Fleet"]),
    module("HearthMessages", []),
    module("Coordination", ["Basics", "Fleet", "HearthMessages", "Scheduling"]),
    module("Simulation", ["Basics", "Fleet"]),
    module("FleetSimulation", ["Basics", "Fleet", "Scheduling", "Simulation"]),

    .target(name: "CShims"),
    module("EventLoop", ["Basics", "CShims", "CUV"], shell),

    // The coding of the messages of proto/, written by `swift package generate-proto`.
    .target(name: "CHearthProto", dependencies: ["CProtobufC"]),
    module("HearthProto", ["Basics", "HearthMessages", "CHearthProto"], shell),

    // From proto/ to the C of CHearthProto and the Swift of HearthMessages and HearthProto.
    .target(name: "CDescriptorProto", dependencies: ["CProtobufC"]),
    module("ProtoGenerator", ["CDescriptorProto"]),
    .executableTarget(
      name: "proto-generator",
      dependencies: ["ProtoGenerator"],
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

    module("Wire", ["Basics", "CNGHTTP2", "COpenSSL"], shell),
    module(
      "RPC",
      ["Basics", "EventLoop", "HearthMessages", "HearthProto", "Wire", log],
      shell
    ),

    module("Engines", ["Basics", "EventLoop", "Fleet", "HearthMessages", "Simulation"]),
    module("YAML", ["CYAML"], shell),
    module("Telemetry", ["Basics", log]),
    module("Settings", ["Basics", "Fleet", "Telemetry", "YAML", log]),

    .target(name: "CNVML", linkerSettings: [.linkedLibrary("dl")]),
    module(
      "Daemon",
      [
        "Basics", "Coordination", "EventLoop", "HearthMessages", "RPC", "Settings", "Telemetry",
        "Wire", log,
      ]
    ),
    module(
      "NodeAgent",
      [
        "Basics", "CNVML", "Coordination", "Daemon", "Engines", "EventLoop", "Fleet",
        "HearthMessages", "HearthProto", "RPC", "Settings", "Wire", log,
      ],
      shell
    ),
    module(
      "RegionAgent",
      [
        "Basics", "Coordination", "Daemon", "EventLoop", "HearthMessages", "HearthProto", "RPC",
        "Settings", "Wire", log,
      ],
      shell
    ),
    module(
      "ControlPlane",
      [
        "Basics", "Coordination", "Daemon", "EventLoop", "HearthMessages", "HearthProto", "RPC",
        "Scheduling", "Settings", "Wire", log,
      ],
      shell
    ),
    module(
      "AdminCLI",
      [
        "Basics", "Coordination", "EventLoop", "Fleet", "FleetSimulation", "HearthMessages",
        "HearthProto", "RPC", "Scheduling", "Settings", "Simulation", "Wire", arguments,
      ]
    ),

    program("hearth-control", "ControlPlane"),
    program("hearth-region", "RegionAgent"),
    program("hearth-node", "NodeAgent"),
    program("hearth", "AdminCLI"),

    tests("Basics"),
    tests("Fleet", ["Basics"]),
    tests("Scheduling", ["Basics", "Fleet"]),
    tests("HearthProto", ["Basics", "HearthMessages"]),
    tests("Coordination", ["Basics", "Fleet", "HearthMessages", "Scheduling"]),
    tests("Simulation", ["Basics", "Fleet"]),
    tests("FleetSimulation", ["Basics", "Fleet", "Scheduling", "Simulation"]),
    tests("EventLoop", ["Basics"]),
    tests("Wire", ["Basics", "COpenSSL"]),
    tests(
      "RPC",
      ["Basics", "EventLoop", "HearthMessages", "HearthProto", "Wire", log],
      exclude: ["interop"]
    ),
    tests("YAML"),
    tests("Telemetry", ["Basics", log]),
    tests("Settings", ["Basics", "Fleet", "Scheduling", "Telemetry", log]),
    .testTarget(
      name: "IntegrationTests",
      exclude: ["grpcio_client.py"],
      swiftSettings: common
    ),
    tests("NodeAgent"),
    .testTarget(
      name: "AgentTests",
      dependencies: [
        "Basics", "ControlPlane", "Coordination", "Engines", "EventLoop", "Fleet", "HearthMessages",
        "HearthProto", "NodeAgent", "RegionAgent", "RPC", "Wire", log,
      ],
      swiftSettings: common
    ),
    tests(
      "AdminCLI",
      [
        "Basics", "Fleet", "FleetSimulation", "HearthMessages", "Scheduling", "Settings",
        "Simulation", "Wire", arguments,
      ]
    ),
    tests("ProtoGenerator"),
  ]
)
