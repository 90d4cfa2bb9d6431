import Admission
public import Basics
import Capacity
public import FleetSpec
public import KVIndex
public import Routing

/// Names a turn from its offer to its end; also the reservation that its node reports; never 0.
public typealias TurnID = UInt64

/// One turn that somebody wants placed.
///
/// Who asks again because a replica did not take the turn, or lost it, offers another turn of the
/// same name that excludes that replica.
public struct Turn: Sendable {
  /// What the caller calls it; only kept.
  public var tag: UInt64 = 0
  /// Names it for people: request, tenant, model and origin as its client gave them.
  public var subject: DecisionSubject
  /// Who is served and charged; nil for a name that no tenant can have.
  public var tenant: TenantID?
  /// A hash of the address that asks; 0 when unknown.
  public var peer: UInt64 = 0
  /// A hash of the connection that asks, for ``Dispatcher/callerLeft(_:at:)``; 0 when unknown.
  public var caller: UInt64 = 0
  /// The model; nil for a name that no model can have.
  public var model: ModelID?
  /// The LoRA adapter; nil for the model itself.
  public var adapter: AdapterID?
  /// The region where it entered; nil when unknown.
  public var origin: RegionID?
  /// A hash of the conversation's name; 0 when unknown.
  public var session: UInt64 = 0
  /// Length of the prompt in tokens; at least 1.
  public var promptTokens: Int
  /// Whether that length was estimated from text, and is to be corrected.
  public var isEstimated = false
  /// The longest prefix of it whose tokens were counted, if the rest was estimated.
  var counted: CountedPrefixes.Prefix?
  /// Tokens that the answer is expected to have; 0 when unknown.
  public var outputTokens = 0
  /// Chained hashes of the prompt's full blocks.
  public var blockHashes: [BlockHash] = []
  /// Tokens in each of those blocks; at least 1 when there are some.
  public var blockTokens = 0
  /// Replicas that must not be chosen.
  public var excluded: [ReplicaID] = []
  /// Number of the policy that decides.
  public var policy = 0
  /// The priority that it asks for; nil for its tenant's own.
  public var priority: Int?
  /// What it sets for itself of what it should be given.
  public var objective = ObjectiveOverride()
  /// How long from its offer its first token is worth anything, in the fleet's time; nil for ever.
  public var deadline: Duration?
  /// When it was first asked for, in the fleet's time, if it was told to come back; nil for now.
  public var firstArrival: Instant?
  /// Whether who asks makes copies of prefixes; see ``Dispatcher/Copy``.
  public var makesCopies = false

  /// Makes a turn.
  public init(
    subject: DecisionSubject,
    tenant: TenantID?,
    model: ModelID?,
    origin: RegionID? = nil,
    promptTokens: Int
  ) {
    self.subject = subject
    self.tenant = tenant
    self.model = model
    self.origin = origin
    self.promptTokens = promptTokens
  }

  /// About how much memory the turn takes while it is kept whole, in bytes.
  var memoryBytes: Int {
    let names = subject.request.utf8.count + subject.tenant.utf8.count + subject.model.utf8.count
    return 512 + names + 8 * blockHashes.count + 64 * excluded.count
  }

  /// The turn of nobody.
  init() {
    self.init(
      subject: .init(request: "", tenant: "", model: "", origin: ""),
      tenant: nil,
      model: nil,
      promptTokens: 1
    )
  }

  /// What its client calls it; nil when that has no name for it.
  var name: Name? {
    subject.request.isEmpty ? nil : Name(tenant: tenant, request: subject.request)
  }

  /// What clients call a turn, also when they ask again.
  struct Name: Hashable, Sendable {
    var tenant: TenantID?
    var request: String
  }
}
