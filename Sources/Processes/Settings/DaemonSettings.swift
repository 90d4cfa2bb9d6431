/// Settings of a daemon: those of every daemon, and more.
public protocol DaemonSettings {
  /// Settings of every daemon.
  var common: CommonSettings { get }
  /// The files that are named, by the names of their settings.
  var files: [(name: String, path: String)] { get }

  /// Reads the settings of a process.
  static func read(_ launch: SettingsLaunch) -> SettingsOutcome<Self>
}

extension DaemonSettings {
  /// The files of TLS.
  public var files: [(name: String, path: String)] { common.tlsPaths }
}
