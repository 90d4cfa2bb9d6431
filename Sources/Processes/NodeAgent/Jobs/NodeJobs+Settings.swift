import Basics
import Daemon
import Glibc
import HearthMessages
import Jobs
import Logging
import S3
import Settings
import Workers

extension NodeJobs {
  /// The workers of a node as its settings say; nil where it takes none.
  convenience init?(_ node: NodeSettings, _ context: DaemonContext) throws {
    guard let folder = node.jobs.folder else { return nil }
    var host: Int?
    if node.hardware.gpuCount == nil, case .gpus(let gpus) = GPUProbe.find() { host = gpus.count }
    let hardware = node.jobNode(hostGPUCount: host)
    guard hardware.gpuCount > 0 else {
      throw StartError("jobs.folder is set and there is no GPU: name their number under gpuCount")
    }
    var settings = Settings(
      folder: folder,
      gpus: hardware.gpuCount,
      replicas: node.replicas.map(\.gpuCount),
      controlGroup: Self.controlGroup(of: node.name.text, folder)
    )
    settings.copies.region = node.region.text
    for (region, folder) in node.jobs.copies { settings.copies.folders[region.text] = folder }
    if let endpoint = node.jobs.s3Endpoint {
      do throws(S3Fault) {
        _ = try S3Address(endpoint: endpoint, region: node.jobs.s3Region, bucket: "any")
      } catch {
        throw StartError("jobs.s3: \(error)")
      }
      settings.copies.store = .init(
        endpoint: endpoint,
        region: node.jobs.s3Region,
        credentials: node.jobs.s3Credentials
      )
    }
    settings.copies.keys = node.jobs.keys
    settings.cutOffMax = node.jobs.cutOffMax
    settings.facts = HearthV1.NodeJobFacts(
      gpus: UInt32(hardware.gpuCount),
      rail: hardware.rail,
      domain: hardware.domain,
      drivers: ["periodic", "signal"]
    )
    do {
      try self.init(settings, loop: context.loop, logger: context.logger)
    } catch {
      throw StartError("jobs.folder: \(error)")
    }
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
  ///
  /// Nodes of the same name on one host, of different fleets, have different folders.
  private static func controlGroup(of node: String, _ folder: String) -> String {
    var hasher = SipHash(key: (0, 0)).hasher()
    for byte in folder.utf8 { hasher.append(byte: byte) }
    let mark = String(hasher.finish() & 0xFFFF_FFFF, radix: 16)
    // Names of nodes have slashes and colons, but neither of these.
    let name = "node-\(node)-\(mark)".replacing("/", with: "+").replacing(":", with: "=")
    guard geteuid() != 0 else { return "hearth/\(name)" }
    let own = (Files.text("/proc/self/cgroup") ?? "").split(separator: "\n").first {
      $0.hasPrefix("0::/")
    }
    return ((own?.dropFirst(4)).map { $0.isEmpty ? "" : $0 + "/" } ?? "") + name
  }
}
