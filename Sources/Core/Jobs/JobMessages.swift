public import Basics
public import FleetSpec

/// What happened, as the control plane hears it of owners, nodes and serving.
public enum JobEvent: Sendable {
  /// Somebody wants a job run.
  case submitted(JobSpec)
  /// The owner wants a job ended.
  case cancelled(JobID)
  /// The owner wants a checkpoint of a job that runs.
  case checkpointAsked(JobID)
  /// The owner wants a job that has ended to go on from its last checkpoint.
  case resumed(JobID)
  /// A job that was kept by the last control plane; before any node reports.
  case restored(Job)
  /// A node is there, or there again: what it is, the GPUs that serving has there (a bit each,
  /// those that it was handed included), and every worker on it.
  case nodeReported(JobNode, serving: UInt64, workers: [WorkerReport])
  /// A node is alive: its workers need not end themselves.
  case nodeHeard(NodeID)
  /// A node is silent, so it gets no new workers.
  case nodeSuspected(NodeID)
  /// A node was given up. Its workers go on until their lease is over.
  case nodeLost(NodeID)
  /// A node takes new workers, or takes none.
  case nodeCordoned(NodeID, Bool)
  /// A node is to be empty by then: it takes no new workers, and those it has go elsewhere.
  case nodeDrained(NodeID, by: Instant)
  /// The GPUs that serving has on a node, those that it was handed included.
  case servingChanged(NodeID, gpus: UInt64)
  /// Serving wants GPUs back.
  case reclaimed(Reclaim)
  /// Serving no longer wants what it has not been handed.
  case reclaimEnded(ReclaimID)
  /// A worker's program runs.
  case workerStarted(WorkerID)
  /// A worker's program has ended; something of it may be left.
  case workerExited(WorkerID, WorkerExit)
  /// Nothing of a worker is left, and its GPUs are free.
  case workerGone(WorkerID)
  /// A worker has made its part of a checkpoint; or the whole, which the program made by itself.
  case checkpointed(WorkerID, CheckpointReport)
  /// Time passed.
  case timePassed
}

/// A worker as its node has it.
public struct WorkerReport: Sendable, Hashable {
  let id: WorkerID
  let gpus: UInt64
  var exit: WorkerExit?
}

/// A checkpoint, as a node reports it.
public struct CheckpointReport: Sendable, Hashable {
  /// Its number: the one of the order, or for those of the program one that grows.
  var number: UInt64
  var step: UInt64?
  /// How long ago it was complete.
  var age = Duration.zero
  /// Whether no other worker has a part of it.
  var isWhole: Bool

  /// Makes a report.
  public init(
    number: UInt64,
    step: UInt64? = nil,
    age: Duration = .zero,
    isWhole: Bool
  ) {
    (self.number, self.step, self.age, self.isWhole) = (number, step, age, isWhole)
  }
}

/// A number that tells one reclaim from others.
public typealias ReclaimID = UInt64

/// GPUs that serving wants back.
public struct Reclaim: Sendable, Hashable {
  /// Its number.
  public let id: ReclaimID
  /// Replicas to be served from them, and the GPUs of each, which must be of one node.
  public let replicas: Int
  /// See ``replicas``.
  public let gpusPerReplica: Int
  /// Where.
  let nodes: [NodeID]
  /// How many replicas a node has a place for, where that may be fewer than fit on its GPUs.
  var places: [NodeID: Int] = [:]
  /// How long it can wait.
  public let within: Duration
  /// Who needs them, for those who must go.
  public let by: String
}

extension Reclaim {
  /// Makes a reclaim of GPUs on nodes with places for so many replicas each.
  public init(
    id: ReclaimID,
    replicas: Int,
    gpusPerReplica: Int,
    places: [NodeID: Int],
    within: Duration,
    by: String
  ) {
    self.init(
      id: id,
      replicas: replicas,
      gpusPerReplica: gpusPerReplica,
      nodes: places.keys.sorted(),
      places: places,
      within: within,
      by: by
    )
  }
}

/// What to do, in this order: what is saved must be durable before a later action is carried out.
public enum JobAction: Sendable {
  /// Keep a job.
  case save(Job)
  /// Forget a job that ended long ago.
  case forget(JobID)
  /// Tell the submitter that the job is taken on.
  case accept(JobID)
  /// Tell the submitter why it is not.
  case refuse(JobID, JobRefusal)
  /// Have a node start a worker, unless it has one of this epoch or a later one.
  case start(WorkerOrder)
  /// Have a worker make its part of a checkpoint of that number.
  case checkpoint(WorkerID, number: UInt64, within: Duration)
  /// Tell a worker to end, with a notice that it can see; kill what is left after the grace.
  case stop(WorkerID, StopCause, grace: Duration)
  /// Kill what is left of a worker at once; also one that its node should not have.
  case kill(WorkerID, on: NodeID)
  /// Let serving have GPUs of a node, a bit each.
  case handOver(ReclaimID, NodeID, gpus: UInt64)
  /// Serving can't have so many replicas: nothing is there to be reclaimed for them.
  case reclaimShort(ReclaimID, replicas: Int)
  /// Tell what happened to a job.
  case note(JobID, Incident)
  /// Tell that a job is over.
  case end(JobID, JobOutcome)
}

/// Why a job is not taken on.
public enum JobRefusal: Sendable, Hashable {
  /// Another job that has not ended has the name.
  case nameTaken
  /// There are as many jobs as may be.
  case full(limit: Int)
  /// The job can't be run: what is wrong with its description.
  case faulty([Fault])
  /// There is no such job, or it is not in a state for that: why.
  case notPossible(String)
}

/// A worker that a node is to start.
public struct WorkerOrder: Sendable, Hashable {
  /// The worker.
  public let id: WorkerID
  /// The job.
  public let spec: JobSpec
  /// Where it is to start.
  public let node: NodeID
  /// Its GPUs of the node, a bit each.
  public let gpus: UInt64
  /// Workers of the job.
  public let worldSize: Int
  /// Its number among the job's workers on this node, and how many those are.
  let localRank: Int
  let localWorldSize: Int
  /// The number of the node among the job's nodes, and how many those are.
  let nodeRank: Int
  let nodeCount: Int
  /// The node of the worker of rank 0, where the others meet.
  let master: NodeID
  /// What it goes on from; nil for a start from nothing.
  let checkpoint: Checkpoint?

  /// The variables that tell it of the others, given an address of its master and a port that is
  /// free there: those that torchrun gives to processes, or those that torchrun itself takes.
  ///
  /// Source: torch.distributed.run, "Environment Variables" and `argparse_util.env`.
  func variables(masterAddress: String, masterPort: UInt16) -> [String: String] {
    var variables = spec.environment
    let devices = (0..<JobNode.gpuCountMax).filter { gpus & 1 << UInt64($0) != 0 }
    variables["CUDA_VISIBLE_DEVICES"] = devices.map(String.init).joined(separator: ",")
    variables["HEARTH_JOB"] = id.job.text
    variables["HEARTH_EPOCH"] = "\(id.epoch)"
    if spec.checkpoint.driver == .transparent {
      // Its store would use io_uring, which CRIU can't restore.
      variables["USE_LIBUV"] = "0"
    }
    switch spec.launch {
    case .worker:
      let figures = [
        "RANK": id.rank, "WORLD_SIZE": worldSize, "LOCAL_RANK": localRank,
        "LOCAL_WORLD_SIZE": localWorldSize, "GROUP_RANK": nodeRank, "GROUP_WORLD_SIZE": nodeCount,
      ]
      for (name, figure) in figures { variables[name] = "\(figure)" }
      variables["MASTER_ADDR"] = masterAddress
      variables["MASTER_PORT"] = "\(masterPort)"
    case .launcher:
      variables["PET_NPROC_PER_NODE"] = "\(spec.gpusPerWorker)"
      if spec.workers.isElastic {
        variables["PET_NNODES"] = "\(spec.workers.min):\(spec.workers.max)"
        variables["PET_RDZV_BACKEND"] = "c10d"
        variables["PET_RDZV_ENDPOINT"] = "\(masterAddress):\(masterPort)"
        variables["PET_RDZV_ID"] = id.job.text
      } else {
        variables["PET_NNODES"] = "\(worldSize)"
        variables["PET_NODE_RANK"] = "\(id.rank)"
        variables["PET_MASTER_ADDR"] = masterAddress
        variables["PET_MASTER_PORT"] = "\(masterPort)"
      }
    }
    return variables
  }
}
