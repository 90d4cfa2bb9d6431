import Basics
import Daemon
import Glibc
import HearthMessages
import Logging
import Settings
import Workers

extension NodeJobs {
  /// The workers of a node as its settings say; nil where it takes none.
  convenience init?(_ node: NodeSettings, _ context: DaemonContext) throws {
    guard let folder = node.jobs.folder else { return nil }
    let engines = node.replicas.reduce(0) { $0 + $1.gpuCount }
    var settings = Settings(
      folder: folder,
      gpus: node.hardware.gpuCount ?? engines,
      replicas: node.replicas.map(\.gpuCount),
      controlGroup: Self.controlGroup(of: node.name.text)
    )
    settings.cutOffMax = node.jobs.cutOffMax
    settings.facts = HearthV1.NodeJobFacts(
      gpus: UInt32(settings.gpus),
      rail: node.hardware.rail ?? "",
      domain: node.hardware.nvlink ?? "",
      drivers: ["periodic", "signal"]
    )
    try self.init(settings, loop: context.loop, logger: context.logger)
    logger.notice(
      "takes jobs",
      metadata: [
        "gpus": "\(settings.gpus)", "folder": "\(folder)",
        "drivers": "\(settings.facts.drivers.joined(separator: " "))",
      ]
    )
  }

  /// The cgroup of a node's workers: at the root, or for who may not make one there in the agent's
  /// own, which has to be delegated to it.
  private static func controlGroup(of node: String) -> String {
    // Names of nodes have slashes and colons, but neither of these.
    let name = "node-" + node.replacing("/", with: "+").replacing(":", with: "=")
    guard geteuid() != 0 else { return "hearth/\(name)" }
    let own = (Files.text("/proc/self/cgroup") ?? "").split(separator: "\n").first {
      $0.hasPrefix("0::/")
    }
    return ((own?.dropFirst(4)).map { $0.isEmpty ? "" : $0 + "/" } ?? "") + name
  }
}
