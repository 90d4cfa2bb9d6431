import Basics

/// Why the bytes are no manifest, with the line where one is at fault.
public struct ManifestError: Error, Hashable, CustomStringConvertible {
  /// The line, from 1; nil where the fault is in the whole.
  public var line: Int?
  /// What is wrong.
  public var fault: String

  /// The fault and its line.
  public var description: String { (line.map { "line \($0): " } ?? "") + fault }
}

extension CheckpointManifest {
  /// The digest of FIPS 180-4 of some bytes.
  public typealias Digest = (Span<UInt8>) -> [UInt8]

  private static let heading = "hearth-checkpoint 1"

  /// The manifest as it is kept.
  ///
  /// Throws where it is none that ``init(decoding:digest:)`` takes.
  public func encoded(digest: Digest) throws(ManifestError) -> [UInt8] {
    if let fault { throw ManifestError(fault: fault) }
    var text = """
      \(Self.heading)
      job \(job)
      epoch \(id.epoch)
      number \(id.number)
      step \(step.map(String.init) ?? "-")
      taken \(takenMilliseconds)
      driver \(driver.rawValue)
      full \(fullBytes.map(String.init) ?? "-")
      seal \(seal.map { "\($0.algorithm.rawValue):\($0.keyID)" } ?? "-")
      workers \(workers)
      outputs \(outputs.count)
      files \(files.count)

      """
    for output in outputs { text += "output \(output.worker) \(output.bytes) \(output.name)\n" }
    for file in files { text += "file \(file.bytes) \(file.sha256.hexadecimal) \(file.path)\n" }
    let body = Array(text.utf8)
    return body + Array("sha256 \(digest(body.span).hexadecimal)\n".utf8)
  }

  /// What the files of a sealed checkpoint are bound to: the digest of all that the manifest says
  /// but for their checksums, which follow from them.
  public func sealContext(digest: Digest) throws(ManifestError) -> [UInt8] {
    var bare = self
    for index in bare.files.indices { bare.files[index].sha256 = Array(repeating: 0, count: 32) }
    let text = try bare.encoded(digest: digest)
    return digest(text.span)
  }

  /// Reads a manifest, which may be anything.
  public init(decoding bytes: [UInt8], digest: Digest) throws(ManifestError) {
    guard bytes.count <= Self.bytesMax else {
      throw ManifestError(fault: "is longer than \(Self.bytesMax) bytes")
    }
    // "sha256 ", 64 digits and the end of the line.
    let body = bytes.dropLast(72)
    let seal = Array("sha256 \(digest(Array(body).span).hexadecimal)\n".utf8)
    guard bytes.suffix(72).elementsEqual(seal) else {
      throw ManifestError(fault: "is torn or was changed: its own checksum differs")
    }
    var lines = Lines(body)
    try lines.expect(Self.heading)
    let job = try lines.text("job")
    let (epoch, number) = (try lines.number("epoch"), try lines.number("number"))
    guard let id = CheckpointID(epoch: epoch, number: number) else {
      throw lines.fault("an epoch or number beyond \(CheckpointID.max)")
    }
    let step = try lines.optional("step")
    let taken = try lines.number("taken")
    guard let driver = CheckpointDriver(rawValue: try lines.text("driver")) else {
      throw lines.fault("an unknown driver")
    }
    self.init(
      id: id,
      job: job,
      step: step,
      takenMilliseconds: taken,
      driver: driver,
      fullBytes: try lines.optional("full"),
      seal: try lines.seal(),
      workers: try lines.number("workers")
    )
    let outputs = try lines.number("outputs")
    let files = try lines.number("files")
    guard files <= Self.filesMax, outputs <= Self.filesMax else {
      throw lines.fault("more than \(Self.filesMax) files or outputs")
    }
    for _ in 0..<outputs {
      let fields = try lines.fields("output", 3)
      guard let worker = Int(decimal: fields[0]), let bytes = Int(decimal: fields[1]) else {
        throw lines.fault("an output whose rank or length is no number")
      }
      self.outputs.append(Output(worker: worker, name: String(fields[2]), bytes: bytes))
    }
    for _ in 0..<files {
      let fields = try lines.fields("file", 3)
      guard let bytes = Int(decimal: fields[0]),
        let sha256 = [UInt8](hexadecimal: fields[1], count: 32),
        sha256.hexadecimal == fields[1]
      else {
        throw lines.fault("a file whose length is no number or whose checksum is none")
      }
      self.files.append(File(path: String(fields[2]), bytes: bytes, sha256: sha256))
    }
    guard lines.isAtEnd else { throw lines.fault("more lines than it has files") }
    if let fault { throw ManifestError(fault: fault) }
  }

  /// What can't be, if anything.
  private var fault: String? {
    guard Self.isName(job) else { return "job: \(job.quoted(limit: 80)) is no name" }
    guard 1...Self.workersMax ~= workers else {
      return "workers: \(workers) is no number of workers"
    }
    if takenMilliseconds < 0 || step ?? 0 < 0 || fullBytes ?? 0 < 0 {
      return "a time or size below 0"
    }
    guard files.count <= Self.filesMax, outputs.count <= Self.filesMax else {
      return "more than \(Self.filesMax) files or outputs"
    }
    for (output, next) in zip(outputs, outputs.dropFirst())
    where (output.worker, output.name) >= (next.worker, next.name) {
      return "outputs: \(next.name.quoted(limit: 80)) is out of order or there twice"
    }
    for output in outputs {
      guard 0..<workers ~= output.worker, Self.isName(output.name), output.bytes >= 0 else {
        return "outputs: \(output.name.quoted(limit: 80)) is no output of a worker"
      }
    }
    for (file, next) in zip(files, files.dropFirst()) where !file.path.comesBefore(next.path) {
      return "files: \(next.path.quoted(limit: 80)) is out of order or there twice"
    }
    return faultOfFiles
  }

  private var faultOfFiles: String? {
    var total = 0
    var ranks: Set<Int> = []
    for file in files {
      let path = file.path.quoted(limit: 80)
      if let fault = CheckpointPath.fault(file.path) { return "files: \(path) \(fault)" }
      guard let rank = Self.rank(of: file.path), rank < workers else {
        return "files: \(path) is in no worker's folder"
      }
      ranks.insert(rank)
      guard 0...Self.checkpointBytesMax ~= file.bytes else {
        return "files: \(path) has the absurd size \(file.bytes)"
      }
      guard file.sha256.count == 32 else { return "files: \(path) has no checksum" }
      total += file.bytes
      guard total <= Self.checkpointBytesMax else { return "files: they have an absurd size" }
    }
    return ranks.count == workers
      ? nil : "the files of \(workers - ranks.count) of \(workers) workers are missing"
  }

  private static func rank(of path: String) -> Int? {
    let parts = path.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, parts[0].hasPrefix("worker-") else { return nil }
    return Int(decimal: parts[0].dropFirst(7))
  }

  private static func isName(_ text: String) -> Bool {
    1...nameBytesMax ~= text.utf8.count && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
  }
}

extension String {
  /// The order of files in a manifest: that of their bytes.
  func comesBefore(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension Int {
  /// Reads a number of at least 0 as it would be written, with no zero before and no sign.
  fileprivate init?(decimal text: Substring) {
    guard let number = Int(text), number >= 0, String(number) == text else { return nil }
    self = number
  }
}

/// The lines of a manifest, read in order.
private struct Lines {
  private var rest: ArraySlice<UInt8>
  private var number = 0

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  func fault(_ what: String) -> ManifestError { ManifestError(line: number, fault: what) }

  mutating func expect(_ line: String) throws(ManifestError) {
    guard try next() == line else { throw fault("not \(line.quoted())") }
  }

  mutating func text(_ key: String) throws(ManifestError) -> String {
    String(try fields(key, 1)[0])
  }

  mutating func number(_ key: String) throws(ManifestError) -> Int {
    guard let value = Int(decimal: try fields(key, 1)[0]) else {
      throw fault("\(key) is no number")
    }
    return value
  }

  mutating func optional(_ key: String) throws(ManifestError) -> Int? {
    let text = try fields(key, 1)[0]
    guard text != "-" else { return nil }
    guard let value = Int(decimal: text) else { throw fault("\(key) is no number") }
    return value
  }

  mutating func seal() throws(ManifestError) -> CheckpointManifest.Seal? {
    let text = try fields("seal", 1)[0]
    guard text != "-" else { return nil }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let algorithm = CheckpointManifest.Seal.Algorithm(rawValue: String(parts[0])) else {
      throw fault("an unknown algorithm of a seal")
    }
    let seal = CheckpointManifest.Seal(algorithm, keyID: parts.count == 2 ? String(parts[1]) : "")
    guard let seal else { throw fault("a seal without the identifier of a key") }
    return seal
  }

  /// The fields of a line that begins with `key`; the last one has the rest, spaces included.
  mutating func fields(_ key: String, _ count: Int) throws(ManifestError) -> [Substring] {
    let line = try next()
    let fields = line.split(separator: " ", maxSplits: count, omittingEmptySubsequences: false)
    guard fields.count == count + 1, fields[0] == key, !fields.contains("") else {
      throw fault("not \(key.quoted()) and \(count) more")
    }
    return Array(fields.dropFirst())
  }

  private mutating func next() throws(ManifestError) -> String {
    number += 1
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw fault("no line") }
    let bytes = rest[..<end]
    rest = rest[(end + 1)...]
    guard bytes.count <= 1024, bytes.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw fault("too long, or a character that is not visible ASCII")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
