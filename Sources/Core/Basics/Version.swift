/// The version of every program of Hearth.
public enum HearthVersion {
  /// Such as `0.1.0`.
  public static let text = "0.1.0"
}
