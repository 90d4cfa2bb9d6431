import Jobs

/// A file of settings, and all that may be in it.
public struct SettingsReference: Sendable {
  /// Who reads it, such as `hearth-control`.
  public let name: String
  /// What it is for, in a sentence.
  public let about: String
  /// Its keys, in the order in which they are declared.
  public let keys: [SettingsKey]

  /// Every file that there is, a fleet's first.
  public static var all: [SettingsReference] {
    [
      .init(
        name: "fleet.yaml",
        about:
          "A whole fleet: what `hearth dev` starts, and `hearth simulate` and `hearth capacity "
          + "--file` simulate.",
        keys: FleetFile.keys
      ),
      .init(
        name: "job.yaml",
        about: "A job: a program that trains on GPUs which conversations don't need "
          + "([jobs](jobs.md)).",
        keys: JobSpec.keys
      ),
      .init(
        name: "mix.yaml",
        about: "Jobs that `hearth simulate --jobs` runs beside conversations ([jobs](jobs.md)).",
        keys: JobMixFile.keys
      ),
      .init(
        name: "hearth-control",
        about: "The control plane.",
        keys: ControlSettings.keys
      ),
      .init(
        name: "hearth-region",
        about: "The agent of a region.",
        keys: RegionSettings.keys
      ),
      .init(
        name: "hearth-gateway",
        about: "The front door for clients of OpenAI's and Anthropic's APIs.",
        keys: GatewaySettings.keys
      ),
      .init(name: "hearth-node", about: "The agent of a node.", keys: NodeSettings.keys),
      .init(
        name: "compute.yaml",
        about: "A training run whose compute `hearth compute estimate` estimates.",
        keys: ComputeDescription.keys
      ),
    ]
  }
}
