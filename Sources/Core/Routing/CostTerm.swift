/// One part of what it costs to run a turn on a replica, in seconds.
public enum CostTerm: String, CaseIterable, Sendable {
  /// The round trip between the turn's region and the replica's.
  case network
  /// Until the prefill that is queued there is done.
  case queue
  /// Until there is a place in the batch and KV blocks, beyond ``queue``.
  case batchSlot
  /// Until the answers that decode there have time for its prompt, beyond ``queue``: a turn that can
  /// wait does so until then.
  case decodeInterference
  /// The prefill of the tokens that are not cached.
  case prefill
  /// The answer, token by token.
  case decode
  /// What the sequences that decode there lose to its prefill: the longer, the more a second.
  case stall
  /// What the sequences that decode there lose to its decoding beside them.
  case slowdown
  /// What others will compute again because their blocks were evicted for it.
  case eviction
  /// What is not known of a replica with work that has been silent: little, so that of two that are
  /// nearly alike the one that reported later is chosen.
  case staleness

  /// How it is calculated.
  public var formula: String {
    switch self {
    case .network: "round trip between the regions"
    case .queue: "(queued operations + steps x decode operations) / rate, or memory if slower"
    case .batchSlot: "requests that must end first x output x step / batch - queue"
    case .decodeInterference:
      "20 s x ln(share of prefill / what the objective leaves for it) - queue"
    case .prefill: "(2 x parameters x tokens + attention) / rate, beside the batch's decode"
    case .decode: "output x decode step with this one in the batch"
    case .stall: "batch x prefill seconds x (1 + prefill seconds / 2)"
    case .slowdown: "batch x output x (decode step with this one - without)"
    case .eviction: "evicted blocks x chance of reuse for their age x seconds to compute one again"
    case .staleness: "seconds since the report, while its work lasts / 20"
    }
  }
}

/// What it costs to run a turn on a replica, part by part, in seconds.
public struct Cost: Sendable, Hashable {
  /// See ``CostTerm/network``.
  public var network = 0.0
  /// See ``CostTerm/queue``.
  public var queue = 0.0
  /// See ``CostTerm/batchSlot``.
  public var batchSlot = 0.0
  /// See ``CostTerm/decodeInterference``.
  public var decodeInterference = 0.0
  /// See ``CostTerm/prefill``.
  public var prefill = 0.0
  /// See ``CostTerm/decode``.
  public var decode = 0.0
  /// See ``CostTerm/stall``.
  public var stall = 0.0
  /// See ``CostTerm/slowdown``.
  public var slowdown = 0.0
  /// See ``CostTerm/eviction``.
  public var eviction = 0.0
  /// See ``CostTerm/staleness``.
  public var staleness = 0.0

  /// What a second of ``decode`` and ``slowdown`` counts in the total.
  public var laterWeight = 1.0
  /// What a second of ``stall`` counts in the total.
  public var stallWeight = 1.0

  /// Predicted time to the first token.
  @inline(__always)
  public var ttftSeconds: Double { network + queue + batchSlot + prefill }

  /// The weighted sum of all parts: what the cheapest replica has least of.
  @inline(__always)
  public var totalSeconds: Double {
    ttftSeconds + decodeInterference + laterWeight * (decode + slowdown) + stallWeight * stall
      + eviction + staleness
  }

  /// What a second of a part counts in the total.
  public func weight(of term: CostTerm) -> Double {
    switch term {
    case .decode, .slowdown: laterWeight
    case .stall: stallWeight
    default: 1
    }
  }

  /// One part.
  public subscript(term: CostTerm) -> Double {
    switch term {
    case .network: network
    case .queue: queue
    case .batchSlot: batchSlot
    case .decodeInterference: decodeInterference
    case .prefill: prefill
    case .decode: decode
    case .stall: stall
    case .slowdown: slowdown
    case .eviction: eviction
    case .staleness: staleness
    }
  }
}
