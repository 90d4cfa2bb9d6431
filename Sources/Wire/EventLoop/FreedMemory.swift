import CShims

/// What becomes of memory that the process has freed.
public enum FreedMemory {
  /// Keeps up to 8 MiB of it for what comes next.
  public static func keep() { hearth_keep_freed_memory() }
}
