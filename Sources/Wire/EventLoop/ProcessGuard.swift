import CShims
import Glibc

/// A process that stands between this one and a command that it runs, so that nothing is left of
/// the command, its own children included, when either ends.
///
/// It is the same program once more, which asks ``runIfAsked()`` first of all.
public enum ProcessGuard {
  private static let flag = "--guard-of"

  /// What starts a command under guard; it has `grace` seconds, at least 1, from a request to end.
  ///
  /// `program` is one that asks ``runIfAsked()``, such as this one. The guard passes the command's
  /// exit status on: 127 where it can't be run, 128 and more where a signal ended it.
  public static func command(
    _ words: [String],
    grace: Int = 10,
    program: String = "/proc/self/exe"
  ) -> ChildProcess.Command {
    .init(executable: program, arguments: [flag, "\(getpid())", "\(max(1, grace))"] + words)
  }

  /// Is the guard, and ends this process after the command, where the arguments say so.
  public static func runIfAsked() {
    let arguments = CommandLine.arguments
    guard arguments.count > 4, arguments[1] == flag, let parent = Int32(arguments[2]),
      let grace = Int32(arguments[3])
    else { return }
    exit(unsafe hearth_guard(CommandLine.unsafeArgv + 4, parent, grace))
  }
}
