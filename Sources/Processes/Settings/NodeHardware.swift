public import Basics
public import Jobs

/// The GPUs of a node, and what they are wired to.
public struct NodeHardware: Sendable, Hashable {
  /// GPUs of the node; nil for those of the host, or those that its replicas have.
  public var gpuCount: Int?
  /// The NVLink domain that it belongs to; nil for one of its own.
  public var nvlink: String?
  /// The InfiniBand rail or fabric that it is on, within its region; nil for the one of the region.
  public var rail: String?

  /// Makes a node that has its replicas' GPUs and shares no NVLink domain.
  public init() {}

  /// The node as jobs see it, with replicas of so many GPUs on a host of so many.
  public func jobNode(
    _ id: NodeID,
    in region: RegionID,
    replicas: [ReplicaSettings],
    hostGPUCount: Int? = nil
  ) -> JobNode {
    let used = replicas.reduce(0) { $0 + $1.gpuCount }
    return JobNode(
      id: id,
      region: region,
      rail: rail ?? "",
      domain: nvlink,
      gpuCount: min(gpuCount ?? max(hostGPUCount ?? 0, used), JobNode.gpuCountMax)
    )
  }

  /// Notes replicas that need more GPUs than the node has.
  func check(_ replicas: [ReplicaSettings], at place: [SettingsStep], _ scope: SettingsScope) {
    let used = replicas.reduce(0) { $0 + $1.gpuCount }
    guard let gpuCount, used > gpuCount else { return }
    scope.fail(
      place + ["gpuCount"],
      "is \(gpuCount), and the node's replicas need \(used) (fewer replicas, or fewer GPUs each)"
    )
  }
}

extension NodeHardware: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    [
      .init(
        "gpuCount",
        \.gpuCount,
        .optional(.integer(in: 1...JobNode.gpuCountMax)),
        default: "those of the host, or of the replicas",
        "GPUs of the node. Its replicas have the first; jobs may have the others, and those of "
          + "replicas that are parked."
      ),
      .init(
        "interconnect.nvlink",
        \.nvlink,
        .optional(.label),
        default: "one of its own",
        "The NVLink domain that the node belongs to, by a name that all its nodes give, such as a "
          + "rack. Workers of a job are put into as few as can be."
      ),
      .init(
        "interconnect.rail",
        \.rail,
        .optional(.label),
        default: "one for each region",
        "The InfiniBand rail or fabric that the node is on, by a name that all its nodes in the "
          + "region give."
      ),
    ]
  }
}

extension SettingsKind where Value == String {
  /// A name that nothing else has to know.
  fileprivate static var label: Self {
    let names = SettingsKind<NodeID>.identifier()
    return .scalar(names.noun, text: { $0 }) { text throws(WrongText) in
      guard NodeID(text) != nil else {
        throw WrongText("is not a name (1 to 128 of A-Z a-z 0-9 . _ - / :)")
      }
      return text
    }
  }
}
