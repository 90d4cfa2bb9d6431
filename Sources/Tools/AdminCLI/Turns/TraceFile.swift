import Basics
import FleetSpec
import Glibc
import Settings
import Traces

/// A trace on disk, from a pipe, or made up.
enum TraceFile {
  /// The largest file that is read, in bytes.
  static let bytesMax = 1 << 30

  /// Reads a trace, or makes one up where that is asked for: `synthetic:rate=2,duration=30m`.
  static func requests(
    _ text: String,
    seed: UInt64,
    blockTokens: Int? = nil
  ) throws(Failure) -> [TraceRequest] {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.first == "synthetic" else { return try read(text, blockTokens: blockTokens) }
    guard blockTokens == nil else {
      throw Failure(.failed, "--block-tokens: a trace that is made up has blocks of its own")
    }
    let made: SyntheticTrace
    do throws(SyntheticTraceError) {
      made = try SyntheticTrace(text: parts.count > 1 ? String(parts[1]) : "")
    } catch {
      throw Failure(.failed, "synthetic: \(error)")
    }
    let requests = made.requests(seed: seed)
    guard !requests.isEmpty else { throw Failure(.failed, "synthetic: there are no requests") }
    return requests
  }

  /// The size of the blocks in which the prompts of a trace are hashed, once for all replicas.
  static func blockTokens(
    of specs: [ReplicaSpec],
    for trace: [TraceRequest]
  ) throws(Failure) -> Int {
    let size = specs.first?.blockTokens ?? TraceReader.blockTokens
    for spec in specs where spec.blockTokens != size {
      throw Failure(
        .failed,
        "\(spec.id) uses blocks of \(count(spec.blockTokens, "token")) and \(specs[0].id) of "
          + "\(size): all replicas of a model must use one size"
      )
    }
    try check(trace, fits: size)
    return size
  }

  /// Says so when prompts of a trace can't be told in a fleet's blocks of `size` tokens.
  static func check(_ trace: [TraceRequest], fits size: Int) throws(Failure) {
    guard let other = trace.first(where: { !$0.fits(blockTokens: size) })?.blockTokens else {
      return
    }
    throw Failure(
      .failed,
      "replicas keep blocks of \(count(size, "token")), and the trace's have \(other): one must "
        + "be a multiple of the other (kvBlockTokens of the replicas, --block-tokens of the trace)"
    )
  }

  /// Reads a trace, or says what is wrong with it and where; `-` is standard input.
  static func read(_ path: String, blockTokens: Int? = nil) throws(Failure) -> [TraceRequest] {
    let name = path == "-" ? "standard input" : path
    let bytes = try bytes(of: path, bytesMax: bytesMax)
    if let packing = packing(of: bytes) {
      throw Failure(.failed, "\(name) is \(packing)")
    }
    let trace: Trace
    do throws(TraceError) {
      trace = try TraceReader.read(bytes, file: name, blockTokens: blockTokens)
    } catch {
      throw Failure(.failed, "\(error)")
    }
    guard !trace.requests.isEmpty else { throw Failure(.failed, "\(name) has no requests") }
    if trace.leftOutCount > 0 {
      Terminal.complain(
        "\(name): left out \(count(trace.leftOutCount, "request")) without a prompt or an answer"
      )
    }
    return trace.requests
  }

  /// All bytes of a file or pipe, read to its end since a pipe has no size; `-` is standard input.
  static func bytes(of path: String, bytesMax: Int) throws(Failure) -> [UInt8] {
    let name = path == "-" ? "standard input" : path
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(name) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw unreadable(name) }
      bytes += buffer[..<count]
      guard bytes.count <= bytesMax else {
        throw Failure(.failed, "\(name) has more than \(bytesMax) bytes, which is the limit")
      }
    }
  }

  private static func unreadable(_ name: String) -> Failure {
    Failure(.notFound, "\(name) \(UnreadableFile(errno).words)")
  }

  /// What else than a trace a file is whose beginning is known, and what to do; nil for no such.
  private static func packing(of bytes: [UInt8]) -> String? {
    let beginnings: [(bytes: [UInt8], kind: String, program: String)] = [
      ([0x1f, 0x8b], "gzip", "gzip -dc"), ([0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstd -dc"),
      ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz", "xz -dc"), ([0x50, 0x4b, 3, 4], "zip", "unzip -p"),
    ]
    if let found = beginnings.first(where: { bytes.starts(with: $0.bytes) }) {
      return
        "packed with \(found.kind): unpack it first, such as `\(found.program) FILE | hearth …` "
        + "with - for the trace"
    }
    if bytes.starts(with: "version https://git-lfs".utf8) {
      return "a pointer to a file that Git LFS has: `git lfs pull` gets it"
    }
    return nil
  }
}
