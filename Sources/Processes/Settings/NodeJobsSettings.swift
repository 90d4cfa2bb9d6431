/// What a node has for jobs, and where it keeps what it knows of them.
public struct NodeJobsSettings: Sendable, Hashable {
  /// The folder of everything that is kept of workers; nil where the node takes none.
  public var folder: String?
  /// How long workers go on after the control plane last counted on them.
  public var cutOffMax = Duration.seconds(60)

  /// Makes the settings of a node that takes no jobs.
  public init() {}
}

extension NodeJobsSettings: SettingsSchema {
  static var standIn: Self { .init() }

  static var fields: [SettingsField<Self>] {
    [
      .init(
        "jobs.folder",
        \.folder,
        .optional(.path),
        default: "none: the node takes no jobs",
        "Folder on a local disk for what is kept of workers: run, logs, and the folders that they "
          + "start in. Nobody else may write in it; each node of a host has its own."
      ),
      .init(
        "jobs.cutOffMax",
        \.cutOffMax,
        .duration(in: .seconds(1) ... .seconds(86_400)),
        "How long workers go on after the control plane last surely counted on them; then they are "
          + "ended, so that none runs twice. No longer than jobs.lease of the control plane, after "
          + "which it starts them elsewhere."
      ),
    ]
  }
}
