import Admission
public import Basics
import Capacity
import FleetSpec
import KVIndex
import Routing

/// All that is known of one turn, from its offer to its end: the ledger's only entry for it.
public struct TurnRecord: Sendable {
  /// How far a turn has come.
  public enum Stage: Sendable, Hashable {
    /// It waits in the queue, if only until all that came with it are there.
    case waiting
    /// It has a place, which counts there and which nobody has claimed yet.
    case placed
    /// Its replica has it: the replica's own reports count it.
    case accepted
    /// It counts nowhere, since its place expired or its replica was lost; what became of it may
    /// still be reported.
    case unaccounted
  }

  /// Its name in the ledger.
  public let id: TurnID
  /// How far it has come.
  public internal(set) var stage = Stage.waiting
  /// What was asked for; without its hashes once it is placed.
  public internal(set) var turn: Turn
  /// Whether it is the prefix of another turn, computed ahead of need: nobody's, and charged to
  /// nobody.
  public let isCopy: Bool
  /// When it was offered.
  public let offered: Instant
  /// When it got its place.
  public internal(set) var placed = Instant.zero

  /// When its replica's report of it came.
  var accepted = Instant.zero

  /// Its account in the queue; nil for a copy, and once that is settled.
  var ticket: AdmissionTicket?
  /// Whether it has waited for more than what came at the same moment.
  var wasTried = false

  /// Whose headroom it waits for; nil for nobody's.
  var wanted: WantedHeadroom?

  /// The replica's slot; -1 while it has no place.
  public internal(set) var slot: Int32 = -1
  /// Which of the replicas that had the slot, one after another, that is.
  var generation: UInt32 = 0
  /// The replica.
  var replica: ReplicaID?
  /// What it adds to the replica's load while it is ``Stage/placed``.
  var demand = Demand()
  /// When the place expires.
  var expiry = Instant.zero
  /// How often what it counts for was halved, since nobody came for it in time.
  var fades = 0
  /// Whether what became of the place is still to be told to ``ClaimTable``.
  var isOpen = false
  /// Whether its replica has reported that it has it.
  var isReported = false
  /// Whether nobody came for its place in time: if somebody does, it counts again.
  var isLapsed = false
  /// As what it counts, since it was released, if what became of it is not told in time.
  var presumed: TurnEnding?
  /// Whether it counts as that.
  var isPresumed = false
  /// Whether its node, which reports everything again, has reported it.
  var isListed = true
  /// For ``PredictionAudit``; nil for a copy.
  var prediction: Prediction?
  /// For ``Calibrator``; nil when that learns nothing of it.
  var calibration: Calibrator.Sample?
  /// For ``InferredResidency``; nil where engines report what they hold.
  var inferred: InferredResidency.Prompt?

  /// For ``CountedPrefixes``; nil where the prompt's length was not estimated.
  var marks: CountedPrefixes.Marks?

  /// Neighbours among the turns of its slot, and in the line of its stage; -1 for none.
  var (previousOnSlot, nextOnSlot): (Int32, Int32) = (-1, -1)
  var (previousInLine, nextInLine): (Int32, Int32) = (-1, -1)

  init(id: TurnID, _ turn: Turn, isCopy: Bool, at now: Instant) {
    (self.id, self.turn, self.isCopy) = (id, turn, isCopy)
    offered = now
  }

  /// Gives the turn its place.
  mutating func place(
    on placement: Placement,
    generation: UInt32,
    replica: ReplicaID?,
    at now: Instant,
    until expiry: Instant
  ) {
    (stage, placed, self.expiry) = (.placed, now, expiry)
    (slot, self.generation, self.replica) = (placement.slot, generation, replica)
    (demand, fades) = (placement.demand, 0)
    turn.blockHashes = []
  }
}
