public import Basics
public import FleetSpec
import KVIndex

/// What a placement adds to a replica, until the replica's own report shows it.
public struct Demand: Sendable, Hashable {
  /// Requests.
  public var requests: Int
  /// Prompt tokens that must be computed.
  public var prefillTokens: Int
  /// Operations of prefill that are to be done.
  public var prefillFLOPs: Double
  /// Steps that the prefill takes.
  public var prefillSteps: Double
  /// KV blocks that must be allocated.
  public var blocks: Int
  /// KV tokens that each of its decode steps will read.
  public var contextTokens: Int

  /// Makes a demand; nothing by default.
  public init(
    requests: Int = 0,
    prefillTokens: Int = 0,
    prefillFLOPs: Double = 0,
    prefillSteps: Double = 0,
    blocks: Int = 0,
    contextTokens: Int = 0
  ) {
    self.requests = requests
    self.prefillTokens = prefillTokens
    self.prefillFLOPs = prefillFLOPs
    self.prefillSteps = prefillSteps
    self.blocks = blocks
    self.contextTokens = contextTokens
  }

  /// Becomes a share of what it was, for the same requests.
  public mutating func scale(by share: Double) {
    prefillTokens = Int(Double(prefillTokens) * share)
    prefillFLOPs *= share
    prefillSteps *= share
    blocks = Int(Double(blocks) * share)
    contextTokens = Int(Double(contextTokens) * share)
  }

  static func += (left: inout Demand, right: Demand) {
    left.requests += right.requests
    left.prefillTokens += right.prefillTokens
    left.prefillFLOPs += right.prefillFLOPs
    left.prefillSteps += right.prefillSteps
    left.blocks += right.blocks
    left.contextTokens += right.contextTokens
  }

  /// Takes away what was added before; exactly nothing is left with the last request.
  static func -= (left: inout Demand, right: Demand) {
    precondition(left.requests >= right.requests, "\(left) has no part \(right)")
    guard left.requests > right.requests else {
      left = Demand()
      return
    }
    left.requests -= right.requests
    left.prefillTokens -= right.prefillTokens
    left.prefillFLOPs = max(0, left.prefillFLOPs - right.prefillFLOPs)
    left.prefillSteps = max(0, left.prefillSteps - right.prefillSteps)
    left.blocks -= right.blocks
    left.contextTokens -= right.contextTokens
  }
}

/// What a routing decision reads of one replica: plain numbers, so that a candidate is a few
/// cache lines and copying one counts no references.
public struct ReplicaState: Sendable {
  /// Number of its region in the view.
  public let region: Int16
  /// Number of its model in the view.
  public let model: Int16
  /// Which of the replicas that had this slot, one after another, this is.
  public let generation: UInt32
  /// A hash of its name: the same in every process.
  public let key: UInt64
  /// Times and sizes of its steps: those of its hardware, corrected by what it was measured to do.
  public internal(set) var rates: StepRates
  /// Tokens of an answer of its model whose length nobody knows; see ``ModelEstimates``.
  public internal(set) var outputTokens: Double
  /// Chance that a block of its model is asked for again after it was evicted.
  public internal(set) var reuseChance: Double
  /// When the block that it will evict next was last used, in seconds of the fleet's time; nil when
  /// that is not known.
  public internal(set) var leastRecentUse: Double?
  /// How much more likely its evicted blocks are asked for again than those of all replicas of its
  /// model are on average, by their age.
  public internal(set) var reuseFactor = 1.0
  /// How much of what they may take to a token the answers of its model do take, all together.
  public internal(set) var tpotUtilisation: Double
  /// What users of its model should be given: seconds to each token after the first, at most.
  public internal(set) var tpotObjectiveSeconds: Double
  /// Tokens in one KV block.
  public let blockTokens: Int
  /// KV blocks that it can hold.
  public let blockCount: Int
  /// Most sequences in one batch.
  public let runningMax: Int
  /// Most requests that may wait in the engine.
  public let waitingMax: Int
  /// Most tokens in one step.
  public let stepTokensMax: Int
  /// Longest prompt that it can hold.
  public let promptTokensMax: Int
  /// Whether it takes new turns.
  public internal(set) var readiness = Readiness.starting
  /// What its engine reported last, or what is likely to be left of that now; see
  /// ``RoutingView/expected(_:)``.
  public internal(set) var load = ReplicaLoad()
  /// When it reported.
  public internal(set) var reported: Instant
  /// What was placed there since that its report does not show yet.
  public internal(set) var pending = Demand()
  /// Turns that wait for headroom there.
  public internal(set) var wanted = 0
  /// What it may be sent ahead of its reports.
  public internal(set) var window = SendWindow()
  /// What share of its time it has spent on prefill of late.
  public internal(set) var prefillShare = PrefillShare()

  init(
    _ spec: ReplicaSpec,
    region: Int16,
    model: Int16,
    generation: UInt32,
    estimates: ModelEstimates,
    tpotUtilisation: Double,
    tpotObjectiveSeconds: Double,
    at now: Instant
  ) {
    self.region = region
    self.model = model
    self.generation = generation
    key = BlockHasher(model: spec.id.text).hash
    rates = spec.roofline.rates
    outputTokens = estimates.outputTokens
    reuseChance = estimates.reuseChance
    self.tpotUtilisation = tpotUtilisation
    self.tpotObjectiveSeconds = tpotObjectiveSeconds
    reported = now
    blockTokens = spec.blockTokens
    blockCount = spec.blockCount
    runningMax = spec.runningMax
    waitingMax = spec.waitingMax
    stepTokensMax = spec.stepTokensMax
    promptTokensMax = spec.promptTokensMax
  }

  /// Takes in a report; figures that could not be are taken as the nearest that could.
  mutating func report(_ load: ReplicaLoad, at instant: Instant) {
    let tokensMax = 1 << 40
    self.load.blocksUsed = min(max(0, load.blocksUsed), blockCount)
    self.load.blocksCached = min(max(0, load.blocksCached), blockCount - self.load.blocksUsed)
    self.load.running = min(max(0, load.running), runningMax)
    self.load.waiting = min(max(0, load.waiting), waitingMax)
    self.load.decoding = min(max(0, load.decoding), self.load.running)
    self.load.prefillTokensQueued = min(max(0, load.prefillTokensQueued), tokensMax)
    self.load.contextTokens = min(max(0, load.contextTokens), tokensMax)
    reported = instant
  }

  /// How long the tokens of an answer of its model may take: as long, what holds one up counts.
  @inline(__always)
  var answerSeconds: Double { outputTokens * tpotObjectiveSeconds }

  /// Chance that a block is asked for again that it would evict now.
  @inline(__always)
  var evictedReuseChance: Double { min(0.95, reuseChance * reuseFactor) }

  /// Requests that it has, those included that it has not reported yet.
  @inline(__always)
  public var requestCount: Int { load.running + load.waiting + pending.requests }

  /// Requests that wait there, as far as is known: those not reported yet wait.
  @inline(__always)
  public var waitingCount: Int { load.waiting + pending.requests }

  /// Prompt tokens that wait to be computed there, those included that it has not reported yet.
  @inline(__always)
  public var prefillTokens: Int { load.prefillTokensQueued + pending.prefillTokens }

  /// KV blocks that its requests hold, those included that it has not reported yet.
  @inline(__always)
  public var activeBlocks: Int { load.blocksUsed + pending.blocks }

  /// Whether the engine would refuse one more request.
  @inline(__always)
  public var isFull: Bool { waitingCount >= waitingMax }
}
