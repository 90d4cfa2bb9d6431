public import Basics

/// What a node has for jobs, and where it keeps what it knows of them.
public struct NodeJobsSettings: Sendable, Hashable {
  /// The folder of everything that is kept of workers; nil where the node takes none.
  public var folder: String?
  /// How long workers go on after the control plane last counted on them.
  public var cutOffMax = Duration.seconds(60)
  /// The folder for copies of checkpoints that is mounted here from each region.
  public var copies: [RegionID: String] = [:]
  /// The store for copies in buckets; nil where there is none.
  public var s3Endpoint: String?
  /// The region of that store.
  public var s3Region = "us-east-1"
  /// The file of keys to that store; nil for those in the environment.
  public var s3Credentials: String?
  /// The folder of tenants' keys; nil where nothing is sealed.
  public var keys: String?

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
      .init(
        "jobs.copies",
        \.copies,
        .named(.path),
        "Where copies of checkpoints go: for each region that jobs may name a folder that is "
          + "mounted here from there, and is there. Each job has a folder in it."
      ),
      .init(
        "jobs.s3.endpoint",
        \.s3Endpoint,
        .optional(.text("address")),
        default: "none: no copies in buckets",
        "Store for copies in buckets, by S3's protocol, such as https://s3.eu-west-1.amazonaws.com."
      ),
      .init("jobs.s3.region", \.s3Region, .text("region"), "The region of that store."),
      .init(
        "jobs.s3.credentials",
        \.s3Credentials,
        .optional(.path),
        default: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        "File of keys to that store, as AWS's tools have it (section [default]), that nobody else "
          + "can read."
      ),
      .init(
        "jobs.keys",
        \.keys,
        .optional(.path),
        default: "none: nothing is sealed",
        "Folder of tenants' keys, TENANT.key: what is kept and copied of the checkpoints of a "
          + "tenant who has one is sealed with it."
      ),
    ]
  }
}
