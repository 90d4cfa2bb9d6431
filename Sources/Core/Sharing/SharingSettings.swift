/// When replicas lend their GPUs to jobs, and when they take them back.
public struct SharingSettings: Sendable, Hashable {
  /// Whether replicas are parked for jobs at all; GPUs that no replica has are theirs anyway.
  public var parks = true
  /// How many replicas of a model go on serving in each region at the least.
  public var keep = 1
  /// A replica is parked when the others of its model in its region would be used less than this.
  public var parkBelow = 0.4
  /// Replicas are taken back when those that serve are used more than this.
  ///
  /// Being more than ``parkBelow``, it keeps small changes from moving anything.
  public var wakeAbove = 0.55
  /// All replicas of a model are taken back when a turn of it has waited for this long.
  public var waitMax: Duration = .milliseconds(500)
  /// For how long use must have been low before a replica is parked.
  public var quiet: Duration = .seconds(600)
  /// How long jobs have to go when replicas are taken back.
  public var notice: Duration = .seconds(30)
  /// How long an engine takes to load its weights, which a simulation takes it to take.
  public var loadTime: Duration = .seconds(45)

  /// Makes the defaults.
  public init() {}
}
