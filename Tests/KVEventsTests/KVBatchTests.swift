import Basics
import Foundation
import KVEvents
import Testing

/// What engines published, as it was recorded: each message in bytes and read by another program.
struct Recording {
  struct Message {
    let sequence: UInt64
    let payload: [UInt8]
    let events: [[String: Any]]
  }

  let messages: [Message]

  init(_ name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Samples/\(name).jsonl"
    )
    messages = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      )
      let frames = try #require(object["frames_hex"] as? [String])
      let payload = try #require(object["payload"] as? [Any])
      return Message(
        sequence: try #require(UInt64(frames[1], radix: 16)),
        payload: Self.bytes(frames[2]),
        events: try #require(payload[1] as? [[String: Any]])
      )
    }
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
  }

  static let names = ["kv-events-vllm", "kv-events-vllm-eviction", "kv-events-dynamo-mocker"]
}

@Suite(.timeLimit(.minutes(5)))
struct KVBatchTests {
  private func read(_ batch: Packed) throws(MessagePackFault) -> [KVEvent] {
    try KVBatchReader.read(batch.data.span).events
  }

  private func hashes(_ event: [String: Any]) throws -> [UInt64] {
    try #require(event["block_hashes"] as? [NSNumber]).map(\.uint64Value)
  }

  @Test(arguments: Recording.names)
  func `what engines published is read`(name: String) throws {
    for message in try Recording(name).messages {
      let events = try KVBatchReader.read(message.payload.span).events
      #expect(events.count == message.events.count)
      for (event, expected) in zip(events, message.events) {
        switch event {
        case .cleared: #expect(expected["type"] as? String == "AllBlocksCleared")
        case .removed(let hashes, let tier):
          #expect(expected["type"] as? String == "BlockRemoved")
          #expect(try hashes == self.hashes(expected) && tier == .gpu)
        case .stored(let stored):
          #expect(expected["type"] as? String == "BlockStored")
          #expect(try stored.hashes == hashes(expected) && stored.tier == .gpu)
          #expect(stored.parent == (expected["parent_block_hash"] as? NSNumber)?.uint64Value)
          let tokens = try #require(expected["token_ids"] as? [NSNumber])
          #expect(stored.tokens == tokens.map(\.uint32Value))
          #expect(stored.blockTokens == expected["block_size"] as? Int)
          #expect(stored.adapter == expected["lora_name"] as? String ?? "")
        }
      }
    }
  }

  @Test(arguments: Recording.names)
  func `a message that was cut or changed is refused or read, and nothing else`(
    name: String
  ) throws {
    var random = PRNG(seed: 5)
    for message in try Recording(name).messages {
      for _ in 0..<40 {
        var bytes = message.payload
        let place = Int(random.next() % UInt64(bytes.count))
        #expect(throws: MessagePackFault.self) {
          try KVBatchReader.read(bytes.span.extracting(first: place))
        }
        bytes[place] = UInt8(truncatingIfNeeded: random.next())
        _ = try? KVBatchReader.read(bytes.span)
      }
    }
  }

  @Test func `events come as maps or as arrays, in batches of either form`() throws {
    let stored = KVStored(hashes: [5, 6], parent: 4, tokens: [1, 2, 3, 4], blockTokens: 2)
    let map: Packed = [
      "type": "BlockStored", "block_hashes": [5, 6], "parent_block_hash": 4,
      "token_ids": [1, 2, 3, 4], "block_size": 2, "lora_id": nil, "later": ["x": [1]],
    ]
    let array: Packed = ["BlockStored", [5, 6], 4, [1, 2, 3, 4], 2, nil]
    let removed: Packed = ["BlockRemoved", [5], "CPU_PINNED"]
    let cleared: Packed = ["AllBlocksCleared"]
    let expected: [KVEvent] = [.stored(stored), .stored(stored), .removed([5], .host), .cleared]
    #expect(try read([0, [map, array, removed, cleared], 3]) == expected)
    #expect(try read([0, [map, array, removed, cleared]]) == expected)
    #expect(
      try read(["ts": 0, "events": [map, array, removed, cleared], "data_parallel_rank": 1])
        == expected
    )
  }

  @Test func `hashes are numbers of either sign, or bytes of which the last eight count`() throws {
    let long = Packed.bytes([9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8])
    let hashes: Packed = [.number(.max), -2, long, .bytes([7])]
    #expect(
      try read([0, [["BlockRemoved", hashes]]])
        == [.removed([.max, .max - 1, 0x0102_0304_0506_0708, 7], .gpu)]
    )
  }

  @Test func `adapters, tiers and blocks without tokens are told apart`() throws {
    let offloaded: Packed = [
      "type": "BlockStored", "block_hashes": [1], "parent_block_hash": nil, "token_ids": [],
      "block_size": 16, "lora_id": 3, "medium": "CPU",
    ]
    let named: Packed = ["BlockStored", [1], nil, [7], 1, 2, "DISK", "alpha"]
    let (first, second) = (
      KVStored(
        hashes: [1],
        parent: nil,
        tokens: [],
        blockTokens: 16,
        adapter: "#3",
        tier: .host
      ),
      KVStored(
        hashes: [1],
        parent: nil,
        tokens: [7],
        blockTokens: 1,
        adapter: "alpha",
        tier: .storage
      )
    )
    #expect(try read([0, [offloaded, named]]) == [.stored(first), .stored(second)])
  }

  @Test func `kinds that aren't known and groups beyond the first are passed over`() throws {
    let other: Packed = ["type": "BlockMoved", "block_hashes": "what", "block_size": -1]
    let group: Packed = ["type": "BlockRemoved", "block_hashes": [1], "group_idx": 1]
    #expect(try read([0, [other, ["Else", 1, 2], group, ["AllBlocksCleared"]]]) == [.cleared])
  }

  @Test(
    arguments: [
      7, [], [0], [0, 7], [0, [7]], [0, [[]]], [0, [["BlockRemoved"]]],
      [0, [["BlockRemoved", 7]]], [0, [["BlockRemoved", [nil]]]],
      [0, [["BlockRemoved", [.bytes([])]]]], [0, [["BlockStored", [1], nil, [1], 0]]],
      [0, [["BlockStored", [1], nil, [1], 65_537]]], [0, [["BlockStored", [1], nil, [1, 2], 1]]],
      [0, [["BlockStored", [1], nil, ["a"], 1]]], [0, [["BlockStored", [1], nil, [-1], 1]]],
      [0, [["BlockStored", [1], nil, [4_294_967_296], 1]]], [0, [["BlockStored", [1], nil]]],
      [0, [["BlockStored", [1], "", [1], 1]]],
    ] as [Packed]
  )
  func `what is known must be well formed`(batch: Packed) {
    #expect(throws: MessagePackFault.self) { try read(batch) }
  }

  @Test func `nothing may follow a batch`() {
    let bytes = ([0, []] as Packed).data + [0xc0]
    #expect(throws: MessagePackFault.self) { try KVBatchReader.read(bytes.span) }
  }
}
