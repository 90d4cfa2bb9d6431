import EventLoop
import KVEvents
import Testing
import Transcripts

@testable import Engines

@Suite(.timeLimit(.minutes(5)))
struct KVFollowerTests {
  /// A follower of engines that publish what a real one did.
  private final class Fixture {
    let loop: Loop
    let samples: [[UInt8]]
    private(set) var publishers: [MockPublisher] = []
    private(set) var held: Set<UInt64> = []
    private(set) var notes: [String] = []
    private(set) var follower: KVFollower?

    init(ranks: Int = 1, replays: Bool = true, keeps: Int = 1_000) throws {
      loop = try Loop()
      samples = try MockPublisher.recording("kv-events-vllm-eviction")
      for _ in 0..<ranks {
        publishers.append(try MockPublisher(loop: loop, replays: replays, keeps: keeps))
      }
      let follower = KVFollower(
        loop: loop,
        onChange: { [unowned self] removed, stored in
          held.subtract(removed)
          held.formUnion(stored)
        },
        onNote: { [unowned self] in notes.append($0) }
      )
      self.follower = follower
      try follower.follow(publishers.map(\.source))
    }

    /// The tokens of the prompt that was computed for message `index`.
    func prompt(_ index: Int) throws -> [UInt32] {
      let sample = samples[index]
      for case .stored(let stored) in try KVBatchReader.read(sample.span).events {
        return stored.tokens
      }
      return []
    }

    /// Tells the follower of the turn that message `index` is about: seven blocks each.
    func note(_ index: Int) throws {
      let hashes = (0..<7).map { UInt64(100 * (index + 1) + $0) }
      follower?.note(
        .init(hashes: hashes, blockLength: 32, length: 7 * 32),
        tokens: try prompt(index)
      )
    }

    /// How many of the blocks of each turn are held.
    var counts: [Int] {
      samples.indices.map { index in held.count { $0 / 100 == UInt64(index + 1) } }
    }

    func turn(_ words: Comment, until condition: () -> Bool) {
      let came = loop.run(until: condition, within: .seconds(20))
      #expect(came, "\(words): \(counts) \(notes)")
    }
  }

  @Test func `turns are held as their blocks are stored, and lost as they are evicted`() throws {
    let fixture = try Fixture()
    let publisher = fixture.publishers[0]
    for index in fixture.samples.indices { try fixture.note(index) }
    // The first messages come before anyone listens.
    for index in 0..<3 { publisher.publish(fixture.samples[index], isLost: index < 2) }
    fixture.turn("three turns fit", until: { fixture.counts == [7, 7, 7, 0, 0, 0] })
    publisher.publish(fixture.samples[3])
    fixture.turn("the first makes room", until: { fixture.counts == [1, 7, 7, 7, 0, 0] })
    publisher.publish(fixture.samples[4])
    publisher.publish(fixture.samples[5])
    fixture.turn("so do others", until: { fixture.counts == [0, 0, 1, 7, 7, 7] })
    #expect(fixture.notes.isEmpty)
  }

  @Test func `what was missed is asked for`() throws {
    let fixture = try Fixture()
    let publisher = fixture.publishers[0]
    for index in fixture.samples.indices { try fixture.note(index) }
    fixture.turn("asked from the beginning", until: { publisher.questions == [0] })
    publisher.publish(fixture.samples[0], isLost: true)
    publisher.publish(fixture.samples[1], isLost: true)
    // Until somebody listens, messages are lost on their own.
    fixture.turn("the loss is seen") {
      publisher.publish(fixture.samples[2])
      return fixture.counts == [7, 7, 7, 0, 0, 0]
    }
    let asked = publisher.questions.count
    let next = publisher.next
    publisher.publish(fixture.samples[3], isLost: true)
    publisher.publish(fixture.samples[4])
    fixture.turn("what followed is there", until: { fixture.counts[4] == 7 })
    #expect(Array(publisher.questions.dropFirst(asked)) == [next])
    #expect(fixture.counts[3] == 7)
    #expect(fixture.notes.isEmpty)
  }

  @Test func `what the engine has no longer, costs all that was known`() throws {
    let fixture = try Fixture(keeps: 1)
    let publisher = fixture.publishers[0]
    for index in fixture.samples.indices { try fixture.note(index) }
    fixture.turn("the first is there") {
      publisher.publish(fixture.samples[0])
      return fixture.counts[0] == 7
    }
    publisher.publish(fixture.samples[1], isLost: true)
    publisher.publish(fixture.samples[2])
    fixture.turn("only the last is", until: { fixture.counts == [0, 0, 7, 0, 0, 0] })
    #expect(fixture.notes.last?.contains("messages were missed") == true)
  }

  @Test func `so does an engine that started again`() throws {
    let fixture = try Fixture(replays: false)
    let publisher = fixture.publishers[0]
    for index in fixture.samples.indices { try fixture.note(index) }
    fixture.turn("the first is there") {
      publisher.publish(fixture.samples[0])
      return fixture.counts[0] == 7
    }
    publisher.startAgain()
    publisher.publish(fixture.samples[1])
    fixture.turn("only the last is", until: { fixture.counts == [0, 7, 0, 0, 0, 0] })
    #expect(
      fixture.notes == ["what rank 0 holds is not known any more: the engine started again"]
    )
  }

  @Test func `a block counts while one rank has it`() throws {
    let fixture = try Fixture(ranks: 2)
    for index in fixture.samples.indices { try fixture.note(index) }
    fixture.turn("the first has stored") {
      fixture.publishers[0].publish(fixture.samples[0])
      return fixture.counts[0] == 7
    }
    fixture.turn("the second is heard") {
      fixture.publishers[1].publish(fixture.samples[0])
      return !fixture.publishers[1].questions.isEmpty
    }
    for index in 1..<4 { fixture.publishers[1].publish(fixture.samples[index]) }
    fixture.turn("the second has evicted", until: { fixture.counts[3] == 7 })
    #expect(fixture.counts == [7, 7, 7, 7, 0, 0])
  }

  @Test func `messages that can't be read cost what was known, and others are passed over`() throws
  {
    let fixture = try Fixture(replays: false)
    let publisher = fixture.publishers[0]
    try fixture.note(0)
    fixture.turn("the first is there") {
      publisher.publish(fixture.samples[0])
      return fixture.counts[0] == 7
    }
    publisher.publish(Array(fixture.samples[1].dropLast()))
    fixture.turn("nothing is known", until: { fixture.counts[0] == 0 })
    publisher.publish(fixture.samples[0])
    try fixture.note(0)
    fixture.turn("it is told again", until: { fixture.counts[0] == 7 })
  }

  @Test func `an engine that does not answer is waited for no longer than a few seconds`() throws {
    let fixture = try Fixture()
    let publisher = fixture.publishers[0]
    publisher.answers = false
    for index in fixture.samples.indices { try fixture.note(index) }
    fixture.turn("it is there in the end") {
      publisher.publish(fixture.samples[0])
      return fixture.counts[0] == 7
    }
  }

  @Test func `endpoints that are none are refused`() throws {
    let fixture = try Fixture()
    #expect(throws: (any Error).self) {
      try fixture.follower?.follow([KVSource(endpoint: "tcp://")])
    }
  }
}
