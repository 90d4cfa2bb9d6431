import CShims
import Glibc

/// The process that started this one.
public enum ParentProcess {
  /// Has the kernel end this process with SIGTERM when its parent ends, however it ends.
  ///
  /// Returns false when the parent has ended already.
  public static func endWithIt() -> Bool {
    let parent = getppid()
    return parent > 1 && hearth_end_with_parent(parent, SIGTERM) == 0
  }
}
