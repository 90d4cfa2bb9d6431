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
let shell: [SwiftSetting] = common + [.strictMemorySafety()]

let collections = "swift-collections"
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)

let package = Package(
  name: "hearth",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
    .systemLibrary(
      name: "CNGHTTP2",
      pkgConfig: "libnghttp2",
      providers: [.apt(["libnghttp2-dev"])]
    ),
    .systemLibrary(
      name: "CProtobufC",
      pkgConfig: "libprotobuf-c",
      providers: [.apt(["libprotobuf-c-dev", "protobuf-c-compiler", "protobuf-compiler"])]
    ),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

    .target(
      name: "Basics",
      dependencies: [.product(name: "HeapModule", package: collections)],
      swiftSettings: common
    ),
    .target(name: "Coordination", dependencies: ["Basics"], swiftSettings: common),

    // The messages and services of `proto/`, written by `swift package generate-proto`.
    .target(name: "CHearthProto", dependencies: ["CProtobufC"]),
    .target(
      name: "HearthProto",
      dependencies: ["Basics", "CHearthProto"],
      swiftSettings: shell
    ),
    .target(name: "CDescriptorProto", dependencies: ["CProtobufC"]),
    .executableTarget(
      name: "proto-generator",
      dependencies: ["CDescriptorProto", "CProtobufC"],
      swiftSettings: common
    ),
    .plugin(
      name: "GenerateProto",
      capability: .command(
        intent: .custom(
          verb: "generate-proto",
          description: "Writes the C and Swift of proto/; with --check only says what differs."
        ),
        permissions: [
          .writeToPackageDirectory(reason: "Generated code is checked in.")
        ]
      ),
      dependencies: ["proto-generator"]
    ),

    .testTarget(name: "BasicsTests", dependencies: ["Basics"], swiftSettings: common),
    .testTarget(
      name: "CoordinationTests",
      dependencies: ["Basics", "Coordination"],
      swiftSettings: common
    ),
  ]
)
