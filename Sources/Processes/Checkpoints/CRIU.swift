import Basics

/// The driver of transparent checkpoints: CRIU, as it was found to work on this node.
///
/// A worker runs in a pid namespace of its own, whose first process supervises it, so that its
/// numbers are free wherever it is restored. Memory of GPUs, InfiniBand and io_uring can't be
/// dumped. CRIU has no checksums: restore only what ``CheckpointStore/verified(_:)`` gave.
package struct CRIU: Hashable, Sendable {
  /// The program.
  package let executable: String
  /// Its version: `4.2.1`.
  package let version: String

  /// The first that restores TCP connections on kernels that refuse SO_PASSCRED on them.
  private static let versionMin = [4, 2]

  /// What workers have in their environment: libuv's io_uring, which PyTorch's TCPStore would use,
  /// can't be dumped.
  package static let environment = ["USE_LIBUV=0"]

  /// Finds out whether CRIU works here: its version, and what it says of the kernel.
  ///
  /// - Throws: why transparent checkpoints can't be offered, for the node to tell.
  package init(checking executable: String) throws(CheckpointError) {
    let told = try Command.run([executable, "--version"])
    guard told.status == 0, let version = Self.version(in: told.output) else {
      throw CheckpointError(.unfit, "\(executable) is no CRIU: \(told.output.suffix(200).quoted())")
    }
    let numbers = version.split(separator: ".").compactMap { Int($0) }
    guard !numbers.lexicographicallyPrecedes(Self.versionMin) else {
      throw CheckpointError(
        .unfit,
        "\(executable) is CRIU \(version), and 4.2 or later is needed: deploy/scripts/install-criu"
      )
    }
    let check = try Command.run([executable, "check"])
    guard check.status == 0 else {
      throw CheckpointError(
        .unfit,
        "CRIU \(version) does not work on this kernel: \(check.output.suffix(400).quoted())"
      )
    }
    (self.executable, self.version) = (executable, version)
  }

  /// The version in what `criu --version` prints.
  static func version(in text: String) -> String? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Version: ") }) else {
      return nil
    }
    let version = line.dropFirst(9).prefix { $0.isNumber || $0 == "." }
    return version.isEmpty ? nil : String(version)
  }

  /// A worker: a process and all that it started.
  package struct Worker: Hashable, Sendable {
    /// The number of the first process of its pid namespace, as this process sees it.
    package var supervisor: Int
    /// The worker's number in that namespace.
    package var process: Int

    /// Names a worker.
    package init(supervisor: Int, process: Int) {
      (self.supervisor, self.process) = (supervisor, process)
    }
  }

  /// Stops the processes of a worker and writes them to a folder.
  ///
  /// They stay stopped, so that the lengths of outputs are those of the checkpoint: ``resume(_:)``
  /// or ``end(_:)`` them. They run on where this throws. The network of a gang must be closed
  /// before (``GangNetwork/close()``): what peers send from then on stays with them, which makes
  /// the checkpoints of all workers one, whatever the order.
  package func checkpoint(_ worker: Worker, into folder: String) throws(CheckpointError) {
    var arguments = [
      "nsenter", "--target", "\(worker.supervisor)", "--pid", "--net", "--mount", executable,
      "dump",
      "--tree", "\(worker.process)", "--images-dir", folder, "--log-file", "dump.log", "-v2",
    ]
    // Its rules would stay behind in the network namespace, which is closed as a whole instead.
    arguments += Self.options + ["--network-lock", "skip", "--leave-stopped"]
    let outcome = try Command.run(arguments)
    guard outcome.status == 0 else { throw Self.fault("dump", folder, "dump.log", outcome) }
  }

  /// Has a worker run on after it was dumped.
  package func resume(_ worker: Worker) throws(CheckpointError) { try signal(worker, "CONT") }

  /// Ends a worker after it was dumped.
  package func end(_ worker: Worker) throws(CheckpointError) { try signal(worker, "KILL") }

  /// Signals all processes of the worker's namespace but its first, which can't be missed.
  private func signal(_ worker: Worker, _ name: String) throws(CheckpointError) {
    try Command.require([
      "nsenter", "--target", "\(worker.supervisor)", "--pid", "sh", "-c", "kill -\(name) -1",
    ])
  }

  /// The command that restores a worker in a fresh pid namespace.
  ///
  /// It becomes `supervisor` as the first process there, with the restored worker as its child.
  ///
  /// - Parameters:
  ///   - images: the worker's folder of a verified checkpoint.
  ///   - work: a folder for CRIU's log, `restore.log`.
  ///   - network: the network namespace that it is restored in; nil for the caller's.
  ///   - inherits: descriptors of the caller in place of the worker's pipes: `fd[3]:pipe:[1234]`.
  package func restoring(
    from images: String,
    work: String,
    network: String? = nil,
    inherits: [String] = [],
    supervisor: [String]
  ) -> [String] {
    let entering = network.map { ["nsenter", "--net=\($0)"] } ?? []
    let unsharing = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    let restoring = [
      executable, "restore", "--images-dir", images, "--work-dir", work, "--log-file",
      "restore.log", "-v2",
    ]
    return entering + unsharing + restoring + Self.options
      + inherits.flatMap { ["--inherit-fd", $0] } + ["--exec-cmd", "--"] + supervisor
  }

  private static let options = [
    "--tcp-established", "--manage-cgroups=ignore", "--file-locks", "--link-remap",
  ]

  private static func fault(
    _ what: String,
    _ folder: String,
    _ log: String,
    _ outcome: Command.Outcome
  ) -> CheckpointError {
    let lines = (try? Folder(folder).read(log, limit: 1 << 20)) ?? []
    let text = String(decoding: lines, as: UTF8.self)
    let errors = text.split(separator: "\n").filter { $0.contains("Error") }.prefix(3)
    let isFull = errors.contains { $0.contains("No space left") }
    return CheckpointError(
      isFull ? .noSpace : .unfit,
      "CRIU can't \(what) (exit \(outcome.status)): "
        + (errors.isEmpty ? String(outcome.output.suffix(400)) : errors.joined(separator: "; "))
    )
  }
}
