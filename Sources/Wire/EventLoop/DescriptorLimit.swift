import CShims

/// How many files and sockets the process may have open.
public enum DescriptorLimit {
  /// Raises the limit as far as the system lets the process, and says how high it is.
  public static func raise() -> Int { Int(hearth_raise_descriptor_limit()) }
}
