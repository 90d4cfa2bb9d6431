public import Basics
import YAML

/// Settings of `hearth-region`.
public struct RegionSettings: DaemonSettings, Sendable, Hashable {
  /// Settings of every daemon.
  public var common: CommonSettings
  /// The region whose front this is.
  public var region: RegionID
  /// The control plane.
  public var control: NetworkAddress
  /// Simulated round trips to other regions, added to what the network takes.
  public var roundTrips: [RegionID: Duration] = [:]

  /// Makes the defaults for a region.
  public init(
    region: RegionID,
    control: NetworkAddress,
    listen: NetworkAddress = NetworkAddress(host: "127.0.0.1", port: 7410)
  ) {
    common = CommonSettings(listen: listen)
    self.region = region
    self.control = control
  }

  /// Reads the settings of a process.
  public static func read(_ launch: SettingsLaunch) -> SettingsOutcome<Self> { .init(launch) }

  /// The settings as a file that reads back to the same.
  public var fileText: String { yaml.text() }
}

extension RegionSettings: SettingsSchema {
  static var standIn: Self { .init(region: .standIn, control: .standIn) }

  static var fields: [SettingsField<Self>] {
    CommonSettings.fields.map { .init($0, of: \.common) } + [
      .init("region", \.region, .identifier(), isRequired: true, "The region's name."),
      .init("control", \.control, .address, isRequired: true, "The control plane."),
      .init(
        "roundTrips",
        \.roundTrips,
        .named(.roundTrip),
        "Simulated round trips to other regions, such as {eu-west: 80ms}."
      ),
    ]
  }

  mutating func finish(_ scope: SettingsScope) {
    common.finish(scope)
    scope.check(
      roundTrips[region] == nil,
      "roundTrips",
      "region",
      message: "has the region itself in it"
    )
  }
}

extension SettingsKind where Value == Duration {
  /// The round trip between two regions.
  static var roundTrip: Self { .duration(in: .zero ... .seconds(10)) }
}

extension Identifier {
  /// Stands for a name that was not given; nobody can give it.
  static var standIn: Self {
    guard let name = Self("-") else { preconditionFailure("a dash is a name") }
    return name
  }
}

extension NetworkAddress {
  /// Stands for an address that was not given.
  static var standIn: Self { .init(host: "", port: 0) }
}
