// Generated from proto/hearth/v1/inference.proto by generate-proto.

extension HearthV1 {
  /// Why an answer ended.
  public enum FinishReason: ProtoEnum {
    /// Not stated.
    case unspecified
    /// The model ended its answer.
    case stop
    /// The most tokens allowed were generated.
    case length
    /// A number that is not known here.
    case unrecognized(Int32)

    /// Makes the value with this number.
    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unspecified
      case 1: self = .stop
      case 2: self = .length
      default: self = .unrecognized(rawValue)
      }
    }

    /// The value's number.
    public var rawValue: Int32 {
      switch self {
      case .unspecified: 0
      case .stop: 1
      case .length: 2
      case .unrecognized(let number): number
      }
    }
  }
}

extension HearthV1 {
  /// One turn, to be run.
  public struct GenerateRequest: Equatable, Sendable {
    /// The field `request_id`.
    public var requestId: String
    /// From the placement; 0 for none.
    ///
    /// It holds for the model, the adapter, the prompt's length and its blocks that were asked for,
    /// under the tenant's trust group, on its replica.
    public var reservation: UInt64
    /// The field `node`.
    public var node: String
    /// The field `replica`.
    public var replica: String
    /// The field `model`.
    public var model: String
    /// LoRA adapter, or empty.
    public var adapter: String
    /// As in the RouteRequest: cached prompts are kept apart by trust groups of tenants.
    public var tenant: String
    /// Region where the request entered.
    public var originRegion: String
    /// Length of the prompt, in tokens.
    public var promptTokens: UInt32
    /// Chained hashes of the prompt's full blocks.
    public var blockHashes: [UInt64]
    /// Tokens in each of those blocks.
    public var blockTokens: UInt32
    /// Most tokens to generate.
    public var outputTokensMax: UInt32
    /// Generate exactly that many, as replays of a trace want; else the model ends its answer.
    public var ignoreEnd: Bool
    /// The turn as an engine with an OpenAI-compatible API takes it; absent for one that is
    /// described by the fields above alone.
    ///
    /// The answer then comes as a head and the bytes of a body, not as tokens.
    public var http: HearthV1.HTTPTurn?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      requestId: String = "",
      reservation: UInt64 = 0,
      node: String = "",
      replica: String = "",
      model: String = "",
      adapter: String = "",
      tenant: String = "",
      originRegion: String = "",
      promptTokens: UInt32 = 0,
      blockHashes: [UInt64] = [],
      blockTokens: UInt32 = 0,
      outputTokensMax: UInt32 = 0,
      ignoreEnd: Bool = false,
      http: HearthV1.HTTPTurn? = nil
    ) {
      self.requestId = requestId
      self.reservation = reservation
      self.node = node
      self.replica = replica
      self.model = model
      self.adapter = adapter
      self.tenant = tenant
      self.originRegion = originRegion
      self.promptTokens = promptTokens
      self.blockHashes = blockHashes
      self.blockTokens = blockTokens
      self.outputTokensMax = outputTokensMax
      self.ignoreEnd = ignoreEnd
      self.http = http
    }
  }
}

extension HearthV1 {
  /// A request of an HTTP API, which nobody on the way to the engine reads.
  public struct HTTPTurn: Equatable, Sendable {
    /// The API's path, such as /v1/chat/completions.
    public var path: String
    /// The field `body`.
    public var body: [UInt8]
    /// Names the request in the logs of engines that want it; empty for none.
    public var requestId: String
    /// W3C trace context, or empty.
    public var traceParent: String
    /// Nobody asked for the usage at the end of a streamed answer: the node asks the engine for it,
    /// and takes it out of the answer.
    public var addsUsage: Bool
    /// Where the prompt ends in its transcript; absent where no answer goes on with it.
    public var transcript: HearthV1.TranscriptLink?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      path: String = "",
      body: [UInt8] = [],
      requestId: String = "",
      traceParent: String = "",
      addsUsage: Bool = false,
      transcript: HearthV1.TranscriptLink? = nil
    ) {
      self.path = path
      self.body = body
      self.requestId = requestId
      self.traceParent = traceParent
      self.addsUsage = addsUsage
      self.transcript = transcript
    }
  }
}

extension HearthV1 {
  /// Where a transcript stands: whoever knows it can tell the hashes of the blocks that an answer
  /// fills, as the next prompt has them.
  public struct TranscriptLink: Equatable, Sendable {
    /// What values are digested with; the fleet's.
    public var valueKeyLow: UInt64
    /// The field `value_key_high`.
    public var valueKeyHigh: UInt64
    /// What blocks are hashed with: of one trust group, model and adapter.
    public var blockKeyLow: UInt64
    /// The field `block_key_high`.
    public var blockKeyHigh: UInt64
    /// Names all that was appended.
    public var digest: UInt64
    /// Length of the transcript, and of a block, in bytes of prose; of a block at least 1.
    public var length: UInt32
    /// The field `block_length`.
    public var blockLength: UInt32
    /// The last bytes of a prompt that is one text which the answer goes on with, as far as they
    /// are not in the digest; at most 256.
    public var tail: [UInt8]

    /// Makes a message; fields that are left out have their defaults.
    public init(
      valueKeyLow: UInt64 = 0,
      valueKeyHigh: UInt64 = 0,
      blockKeyLow: UInt64 = 0,
      blockKeyHigh: UInt64 = 0,
      digest: UInt64 = 0,
      length: UInt32 = 0,
      blockLength: UInt32 = 0,
      tail: [UInt8] = []
    ) {
      self.valueKeyLow = valueKeyLow
      self.valueKeyHigh = valueKeyHigh
      self.blockKeyLow = blockKeyLow
      self.blockKeyHigh = blockKeyHigh
      self.digest = digest
      self.length = length
      self.blockLength = blockLength
      self.tail = tail
    }
  }
}

extension HearthV1 {
  /// One piece of the answer.
  public struct GenerateResponse: Equatable, Sendable {
    /// What `event` may be.
    public enum Event: Equatable, Sendable {
      /// The engine took the request into its batch.
      case started(HearthV1.Started)
      /// The field `tokens`.
      case tokens(HearthV1.Tokens)
      /// Last.
      case finished(HearthV1.Finished)
      /// Before the first part of the body of an answer to an HTTP turn.
      case head(HearthV1.HTTPHead)
      /// The field `body`.
      case body(HearthV1.HTTPBody)
    }

    /// The field `event`.
    public var event: Event?

    /// Makes a message; fields that are left out have their defaults.
    public init(
      event: Event? = nil
    ) {
      self.event = event
    }
  }
}

extension HearthV1 {
  /// The head of the engine's answer.
  public struct HTTPHead: Equatable, Sendable {
    /// From 200 to 599.
    public var status: UInt32
    /// The field `content_type`.
    public var contentType: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      status: UInt32 = 0,
      contentType: String = ""
    ) {
      self.status = status
      self.contentType = contentType
    }
  }
}

extension HearthV1 {
  /// A part of the body of the engine's answer.
  public struct HTTPBody: Equatable, Sendable {
    /// The field `bytes`.
    public var bytes: [UInt8]
    /// Tokens of the answer in it, as far as the node can tell: 0 for what has no content, such as
    /// the role alone.
    public var tokens: UInt32

    /// Makes a message; fields that are left out have their defaults.
    public init(
      bytes: [UInt8] = [],
      tokens: UInt32 = 0
    ) {
      self.bytes = bytes
      self.tokens = tokens
    }
  }
}

extension HearthV1 {
  /// The request is in the batch.
  public struct Started: Equatable, Sendable {
    /// Prompt tokens that were found in the cache.
    public var cachedTokens: UInt32
    /// Time spent waiting in the engine, in nanoseconds of the fleet's time.
    public var queuedNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      cachedTokens: UInt32 = 0,
      queuedNs: Int64 = 0
    ) {
      self.cachedTokens = cachedTokens
      self.queuedNs = queuedNs
    }
  }
}

extension HearthV1 {
  /// Some tokens of the answer.
  public struct Tokens: Equatable, Sendable {
    /// The field `count`.
    public var count: UInt32
    /// The field `text`.
    public var text: String

    /// Makes a message; fields that are left out have their defaults.
    public init(
      count: UInt32 = 0,
      text: String = ""
    ) {
      self.count = count
      self.text = text
    }
  }
}

extension HearthV1 {
  /// The answer is complete.
  public struct Finished: Equatable, Sendable {
    /// The field `reason`.
    public var reason: HearthV1.FinishReason
    /// The field `prompt_tokens`.
    public var promptTokens: UInt32
    /// Prompt tokens that were found in the cache.
    public var cachedTokens: UInt32
    /// The field `output_tokens`.
    public var outputTokens: UInt32
    /// Time to the first token as the engine saw it, in nanoseconds of the fleet's time.
    public var ttftNs: Int64

    /// Makes a message; fields that are left out have their defaults.
    public init(
      reason: HearthV1.FinishReason = .init(rawValue: 0),
      promptTokens: UInt32 = 0,
      cachedTokens: UInt32 = 0,
      outputTokens: UInt32 = 0,
      ttftNs: Int64 = 0
    ) {
      self.reason = reason
      self.promptTokens = promptTokens
      self.cachedTokens = cachedTokens
      self.outputTokens = outputTokens
      self.ttftNs = ttftNs
    }
  }
}
