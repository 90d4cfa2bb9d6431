/// A network for one attempt of a gang on one node: a namespace for each worker, with the job's
/// own addresses, joined by a bridge in one more. Restored connections keep their addresses, and
/// nothing of an attempt is left for the next one.
///
/// While it is closed every packet between workers is lost, so that no worker that is back already
/// is reset by one that is not.
package struct GangNetwork: Hashable, Sendable {
  /// The namespaces of workers, by rank, as files that a process can enter.
  package let namespaces: [String]

  private let name: String

  private var hub: String { name + "-hub" }
  private static let folder = "/run/netns"

  /// Makes the network, closed.
  ///
  /// - Parameters:
  ///   - name: of the job and the attempt; unique on the node.
  ///   - addresses: each worker's, with the length of their net's prefix: `10.77.0.2/24`.
  package init(_ name: String, addresses: [String]) throws(CheckpointError) {
    self.name = name
    namespaces = addresses.indices.map { "\(Self.folder)/\(name)-\($0)" }
    do throws(CheckpointError) {
      try Command.require(["ip", "netns", "add", hub])
      try Command.require(["ip", "-n", hub, "link", "add", "gang", "type", "bridge"])
      for (rank, address) in addresses.enumerated() {
        let worker = "\(name)-\(rank)"
        try Command.require(["ip", "netns", "add", worker])
        try Command.require([
          "ip", "-n", hub, "link", "add", "w\(rank)", "type", "veth", "peer", "name", "eth0",
          "netns", worker,
        ])
        try Command.require(["ip", "-n", hub, "link", "set", "w\(rank)", "master", "gang", "up"])
        try Command.require(["ip", "-n", worker, "link", "set", "lo", "up"])
        try Command.require(["ip", "-n", worker, "address", "add", address, "dev", "eth0"])
        try Command.require(["ip", "-n", worker, "link", "set", "eth0", "up"])
      }
    } catch {
      remove()
      throw error
    }
  }

  /// Lets packets through: all workers are there.
  package func open() throws(CheckpointError) {
    try Command.require(["ip", "-n", hub, "link", "set", "gang", "up"])
  }

  /// Loses all packets: workers are about to be dumped.
  package func close() throws(CheckpointError) {
    try Command.require(["ip", "-n", hub, "link", "set", "gang", "down"])
  }

  /// Removes the network; processes in it keep their part of it until they end.
  package func remove() {
    for namespace in namespaces.map({ String($0.dropFirst(Self.folder.utf8.count + 1)) }) + [hub] {
      // One that was never made can't be removed.
      _ = try? Command.run(["ip", "netns", "delete", namespace])
    }
  }
}
