public import Basics

/// How a fleet's replicas are used at one moment, and who wants GPUs.
public struct FleetUse: Sendable, Hashable {
  /// One replica that serves or is about to be parked.
  public struct Replica: Sendable, Hashable {
    /// Its name.
    public var id: ReplicaID
    /// The share of its KV blocks that sequences hold.
    public var kv: Double
    /// Its sequences, over what its batch holds within the objective.
    public var batch: Double
    /// Requests that it has, and those that are on their way to it.
    public var requests: Int
    /// Blocks that it keeps for reuse.
    public var warmBlocks: Int
    /// Turns a second that it sustains of the present mix; 0 where nothing is known of that.
    public var sustained: Double

    /// Makes the use of a replica that is idle.
    public init(_ id: ReplicaID) {
      self.id = id
      (kv, batch, requests, warmBlocks, sustained) = (0, 0, 0, 0, 0)
    }

    /// How much of what it can do it does.
    var share: Double { max(kv, batch) }
  }

  /// A model in a region.
  public struct Place: Sendable, Hashable {
    /// The model.
    public var model: ModelID
    /// The region; nil where it is not known.
    public var region: RegionID?

    /// Makes a place.
    public init(model: ModelID, region: RegionID?) {
      self.model = model
      self.region = region
    }
  }

  /// The replicas that take turns, or did until just now.
  public var replicas: [Replica] = []
  /// Turns a second that are asked for over the last minutes, by where they come from.
  public var offered: [Place: Double] = [:]
  /// How long the next turn of a model has waited, of those with turns that wait.
  public var waits: [ModelID: Duration] = [:]
  /// GPUs that jobs would have in each region, if there were more.
  public var wantedGPUs: [RegionID: Int] = [:]
  /// GPUs that nobody has, by node.
  public var idleGPUs: [NodeID: Int] = [:]

  /// Makes the use of a fleet where nothing happens.
  public init() {}
}
