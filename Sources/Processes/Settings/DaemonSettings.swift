/// Settings of a daemon: those of every daemon, and more.
public protocol DaemonSettings {
  /// Settings of every daemon.
  var common: CommonSettings { get }

  /// Reads the settings of a process.
  static func read(_ launch: SettingsLaunch) -> SettingsOutcome<Self>
}
