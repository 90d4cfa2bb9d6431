import CWorkers
import EventLoop
import Glibc

/// `hearth-node shim --spec FILE`, which agents start and operators don't.
package enum ShimProgram {
  /// Where the agent that starts a shim hears how that went: `ok` or a fault.
  private static let report: Int32 = 3

  /// Runs a shim to its end if the process was started as one.
  package static func runIfAsked(_ arguments: [String] = CommandLine.arguments) {
    guard arguments.dropFirst().first == "shim" else { return }
    let isHeard = fcntl(report, F_SETFD, FD_CLOEXEC) == 0
    do {
      guard arguments.count == 4, arguments[2] == "--spec", arguments[3].hasSuffix("/spec") else {
        throw WorkerFault("usage: hearth-node shim --spec FOLDER/spec")
      }
      try run(Files.parent(arguments[3])) { if isHeard { tell("ok") } }
      exit(0)
    } catch {
      if isHeard { tell("\(error)") }
      let text = "\(error)\n"
      _ = write(2, text, text.utf8.count)
      exit(1)
    }
  }

  private static func run(_ path: String, started: () -> Void) throws {
    guard chdir(path) == 0 else { throw WorkerFault("entering \(path)", errno) }
    // What ends the agent does not end the worker; a full disk is no reason to end either.
    for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ] { signal(number, SIG_IGN) }
    let loop = try Loop()
    let shim = try Shim(path, loop: loop)
    started()
    loop.run()
    withExtendedLifetime(shim) {}
  }

  private static func tell(_ text: String) {
    _ = write(report, text, text.utf8.count)
    close(report)
  }
}
