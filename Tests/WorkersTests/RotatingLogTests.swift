import Basics
import Testing

@testable import Workers

@Suite struct RotatingLogTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `files hold what was written, within their bound, and begin with lines`(
    _ seed: UInt64
  ) throws {
    let test = try TestTable()
    let directory = test.folder + "/logs"
    var log = try RotatingLog(directory, "out", bytesMax: 64, filesMax: 1_000)
    var written: [UInt8] = []
    for step in 0..<60 {
      let length = Int((seed &* 31 &+ UInt64(step) &* 17) % 50)
      let line = [UInt8](repeating: UInt8(0x61 + step % 26), count: length) + [0x0A]
      log.write(line[...])
      written += line
    }
    log.close()
    let files = LogFiles.list(directory, "out")
    #expect(files.allSatisfy { $0.end - $0.start <= 64 }, "seed \(seed)")
    #expect(files.allSatisfy { $0.start == 0 || written[$0.start - 1] == 0x0A }, "seed \(seed)")
    for start in [0, 1, 63, 64, 500] {
      var follower = LogFollower(directory: directory, stream: .out, offset: start)
      var read: [UInt8] = []
      while let piece = follower.next(bytesMax: 7) { read += piece.bytes }
      #expect(read == Array(written[start...]), "seed \(seed), from \(start)")
    }
  }

  @Test func `a line longer than a file is cut, and a follower skips what is gone`() throws {
    let test = try TestTable()
    let directory = test.folder + "/logs"
    var log = try RotatingLog(directory, "out", bytesMax: 10, filesMax: 2)
    log.write(Array(100..<135)[...])
    #expect(LogFiles.list(directory, "out").map(\.start) == [20, 30])
    var follower = LogFollower(directory: directory, stream: .out)
    #expect(follower.next() == .init(offset: 20, bytes: Array(120..<130)))
    #expect(follower.next() == .init(offset: 30, bytes: Array(130..<135)))
    #expect(follower.next() == nil)
    log.write([99])
    #expect(follower.next() == .init(offset: 35, bytes: [99]))
    log.close()
  }
}
