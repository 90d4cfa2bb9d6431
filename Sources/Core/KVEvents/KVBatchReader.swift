/// Reads what vLLM and SGLang publish: `[time, [event, …], rank]`, or a map of the same.
///
/// An event is a map with a `type`, or an array that begins with it. Kinds and fields that are not
/// known are passed over; what is known must be well formed.
public struct KVBatchReader {
  private enum Field: String {
    case type
    case hashes = "block_hashes"
    case parent = "parent_block_hash"
    case tokens = "token_ids"
    case blockTokens = "block_size"
    case adapterNumber = "lora_id"
    case adapter = "lora_name"
    case medium
    case extraKeys = "extra_keys"
    case group = "group_idx"
  }

  /// Where the values of an event's fields begin.
  private typealias Places = [Field: Int]

  private static let storedFields: [Field] = [
    .type, .hashes, .parent, .tokens, .blockTokens, .adapterNumber, .medium, .adapter, .extraKeys,
    .group,
  ]
  private static let removedFields: [Field] = [.type, .hashes, .medium, .group]
  private static let blockTokensMax: UInt64 = 65_536
  private static let nameBytesMax = 256

  /// Reads one message.
  public static func read(_ bytes: Span<UInt8>) throws(MessagePackFault) -> KVBatch {
    var reader = MessagePackReader()
    var batch = KVBatch()
    switch try reader.next(in: bytes) {
    case .array(let count) where count >= 2:
      try reader.skip(in: bytes)
      batch.events = try events(in: bytes, &reader)
      for _ in 2..<count { try reader.skip(in: bytes) }
    case .map(let count):
      for _ in 0..<count {
        let key = try text(in: bytes, &reader)
        if key == "events" {
          batch.events = try events(in: bytes, &reader)
        } else {
          try reader.skip(in: bytes)
        }
      }
    default: throw fault("a batch is an array or a map", reader)
    }
    guard reader.offset == bytes.count else { throw fault("something follows the batch", reader) }
    return batch
  }

  private static func events(
    in bytes: Span<UInt8>,
    _ reader: inout MessagePackReader
  ) throws(MessagePackFault) -> [KVEvent] {
    guard case .array(let count) = try reader.next(in: bytes) else {
      throw fault("events are an array", reader)
    }
    var events: [KVEvent] = []
    for _ in 0..<count {
      if let event = try event(in: bytes, &reader) { events.append(event) }
    }
    return events
  }

  /// The next event; nil when it is of a kind that is not known, or of no concern.
  private static func event(
    in bytes: Span<UInt8>,
    _ reader: inout MessagePackReader
  ) throws(MessagePackFault) -> KVEvent? {
    var places: Places = [:]
    switch try reader.next(in: bytes) {
    case .map(let count):
      for _ in 0..<count {
        let key = try text(in: bytes, &reader)
        if let field = key.flatMap(Field.init) { places[field] = reader.offset }
        try reader.skip(in: bytes)
      }
    case .array(let count) where count > 0:
      var ahead = reader
      let order = try text(in: bytes, &ahead) == "BlockRemoved" ? removedFields : storedFields
      for index in 0..<count {
        if index < order.count { places[order[index]] = reader.offset }
        try reader.skip(in: bytes)
      }
    default: throw fault("an event is a map or an array", reader)
    }
    return try event(at: places, in: bytes)
  }

  private static func event(
    at places: Places,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> KVEvent? {
    var reader = MessagePackReader(at: places[.type] ?? bytes.count)
    let type = try text(in: bytes, &reader)
    guard type != "AllBlocksCleared" else { return .cleared }
    guard type == "BlockStored" || type == "BlockRemoved" else { return nil }
    // A model with several kinds of attention has a group of blocks for each: the first counts.
    if case .unsigned(let group) = try value(.group, places, in: bytes), group > 0 { return nil }
    let hashes = try hashes(places, in: bytes)
    let tier = try tier(places, in: bytes)
    guard type == "BlockStored" else { return .removed(hashes, tier) }
    let parent = try value(.parent, places, in: bytes)
    guard case .unsigned(let blockTokens) = try value(.blockTokens, places, in: bytes),
      (1...blockTokensMax).contains(blockTokens)
    else { throw fault("block_size is not from 1 to \(blockTokensMax)", reader) }
    let stored = KVStored(
      hashes: hashes,
      parent: parent == .null ? nil : try hash(parent, in: bytes, reader),
      tokens: try tokens(places, in: bytes),
      blockTokens: Int(blockTokens),
      adapter: try adapter(places, in: bytes),
      tier: tier
    )
    guard stored.tokens.isEmpty || stored.tokens.count == hashes.count * stored.blockTokens else {
      throw fault("token_ids are not those of the blocks", reader)
    }
    return .stored(stored)
  }

  private static func value(
    _ field: Field,
    _ places: Places,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> MessagePackValue {
    guard let place = places[field] else { return .null }
    var reader = MessagePackReader(at: place)
    return try reader.next(in: bytes)
  }

  private static func hashes(
    _ places: Places,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> [UInt64] {
    var reader = MessagePackReader(at: places[.hashes] ?? bytes.count)
    guard case .array(let count) = try reader.next(in: bytes) else {
      throw fault("block_hashes are an array", reader)
    }
    var hashes: [UInt64] = []
    hashes.reserveCapacity(count)
    for _ in 0..<count {
      hashes.append(try hash(try reader.next(in: bytes), in: bytes, reader))
    }
    return hashes
  }

  /// Of hashes that are bytes the last eight count, as engines shorten them themselves.
  private static func hash(
    _ value: MessagePackValue,
    in bytes: Span<UInt8>,
    _ reader: MessagePackReader
  ) throws(MessagePackFault) -> UInt64 {
    switch value {
    case .unsigned(let number): return number
    case .negative(let number): return UInt64(bitPattern: number)
    case .bytes(let range) where !range.isEmpty, .text(let range) where !range.isEmpty:
      return range.suffix(8).reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    default: throw fault("a hash is a number or bytes", reader)
    }
  }

  private static func tokens(
    _ places: Places,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> [UInt32] {
    guard let place = places[.tokens] else { return [] }
    var reader = MessagePackReader(at: place)
    guard case .array(let count) = try reader.next(in: bytes) else {
      throw fault("token_ids are an array", reader)
    }
    var tokens: [UInt32] = []
    tokens.reserveCapacity(count)
    for _ in 0..<count {
      guard case .unsigned(let number) = try reader.next(in: bytes),
        let token = UInt32(exactly: number)
      else { throw fault("a token is a number below 2^32", reader) }
      tokens.append(token)
    }
    return tokens
  }

  private static func tier(
    _ places: Places,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> KVTier {
    guard let place = places[.medium] else { return .gpu }
    var reader = MessagePackReader(at: place)
    guard let medium = try text(in: bytes, &reader), medium != "GPU" else { return .gpu }
    return medium.hasPrefix("CPU") ? .host : .storage
  }

  /// Older engines tell a number instead of the name.
  private static func adapter(
    _ places: Places,
    in bytes: Span<UInt8>
  ) throws(MessagePackFault) -> String {
    if let place = places[.adapter] {
      var reader = MessagePackReader(at: place)
      if let name = try text(in: bytes, &reader) { return name }
    }
    guard case .unsigned(let number) = try value(.adapterNumber, places, in: bytes) else {
      return ""
    }
    return "#\(number)"
  }

  /// The next text, cut where it is too long to be of use; nil when the next value is none.
  private static func text(
    in bytes: Span<UInt8>,
    _ reader: inout MessagePackReader
  ) throws(MessagePackFault) -> String? {
    var ahead = reader
    guard case .text(let range) = try ahead.next(in: bytes) else {
      try reader.skip(in: bytes)
      return nil
    }
    reader = ahead
    let text = range.prefix(nameBytesMax).map { bytes[$0] }
    return String(decoding: text, as: UTF8.self)
  }

  private static func fault(_ reason: String, _ reader: MessagePackReader) -> MessagePackFault {
    MessagePackFault(reason: reason, offset: reader.offset)
  }
}
