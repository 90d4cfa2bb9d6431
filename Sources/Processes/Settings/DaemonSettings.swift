/// What a daemon is told: what every daemon is told, and more.
public protocol DaemonSettings {
  /// What every daemon is told.
  var common: CommonSettings { get }

  /// Reads the settings of a process.
  static func read(_ launch: SettingsLaunch) -> SettingsOutcome<Self>
}
