import Basics
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BytesTests {
  @Test func `bytes come out in the order they went in, across growth and consumption`() {
    var random = PRNG(seed: 7)
    var bytes = Bytes()
    var twin: [UInt8] = []
    for step in 0..<2_000 {
      if random.next() % 3 != 0 {
        let piece = (0..<Int(random.next() % 700)).map { _ in
          UInt8(truncatingIfNeeded: random.next())
        }
        bytes.append(piece.span)
        twin += piece
      } else {
        let count = Int(random.next() % UInt64(twin.count + 1))
        bytes.consume(count)
        twin.removeFirst(count)
      }
      #expect(bytes.array() == twin, "seed 7, step \(step)")
    }
  }

  @Test func `what a writer leaves unused is not appended`() {
    var bytes = Bytes()
    bytes.append(count: 10) { room in
      room[0] = 1
      return 1
    }
    bytes.append(2)
    #expect(bytes.array() == [1, 2])
  }

  @Test func `an empty buffer has an empty span`() {
    let bytes = Bytes()
    #expect(bytes.withSpan { $0.count } == 0)
  }
}
