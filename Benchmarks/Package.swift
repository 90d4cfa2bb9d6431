// swift-tools-version: 6.2
import PackageDescription

/// What measures Hearth, apart from it: nothing here is built with the rest.
let package = Package(
  name: "hearth-benchmarks",
  dependencies: [
    .package(name: "hearth", path: ".."),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    .executableTarget(
      name: "hearth-echo",
      dependencies: [
        .product(name: "HearthRPC", package: "hearth"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "rpc/hearth",
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    ),
    .executableTarget(
      name: "index-bench",
      dependencies: [
        .product(name: "HearthScheduling", package: "hearth"),
        .product(name: "MallocCount", package: "hearth"),
      ],
      path: "index/bench",
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    ),
    .executableTarget(
      name: "decision-bench",
      dependencies: [
        .product(name: "HearthScheduling", package: "hearth"),
        .product(name: "MallocCount", package: "hearth"),
      ],
      path: "decision",
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    ),
    .executableTarget(
      name: "jobs-bench",
      dependencies: [.product(name: "HearthScheduling", package: "hearth")],
      path: "jobs",
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    ),
    .executableTarget(
      name: "scan-bench",
      dependencies: [.product(name: "HearthTranscripts", package: "hearth")],
      path: "scan",
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    ),
  ]
)
