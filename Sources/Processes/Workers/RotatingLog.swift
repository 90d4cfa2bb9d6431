import Glibc

/// One stream of output in files of bounded size, of which the latest are kept.
///
/// A file is named by the stream and the place in it at which it begins (`out.000000004096`), so
/// that a place is found again whatever was rotated away. Files end with a line where one ends in
/// time.
struct RotatingLog {
  private let directory: String
  private let stream: String
  private let bytesMax: Int
  private let filesMax: Int
  private var file: Int32 = -1
  private var fileBytes = 0
  private var endsLine = false
  private var offset: Int
  /// Bytes that could not be written.
  private(set) var bytesLost = 0

  /// Begins a file where those that are there end.
  init(
    _ directory: String,
    _ stream: String,
    bytesMax: Int,
    filesMax: Int
  ) throws(WorkerFault) {
    (self.directory, self.stream) = (directory, stream)
    (self.bytesMax, self.filesMax) = (bytesMax, filesMax)
    offset = LogFiles.list(directory, stream).last?.end ?? 0
    guard begin() else {
      throw WorkerFault("log directory \(directory) can't be written", errno)
    }
  }

  /// Writes what fits; output never waits for a disk that is full.
  mutating func write(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      if fileBytes >= bytesMax || file < 0, !begin() {
        bytesLost += rest.count
        return
      }
      var part = rest.prefix(bytesMax - fileBytes)
      if part.count < rest.count {
        if let line = part.lastIndex(of: 0x0A) {
          part = part[...line]
        } else if endsLine, fileBytes > 0 {
          fileBytes = bytesMax
          continue
        }
      }
      let count = part.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else {
        bytesLost += rest.count
        return
      }
      endsLine = part.prefix(count).last == 0x0A
      fileBytes += count
      offset += count
      rest = rest.dropFirst(count)
      // Ended with a line before it was full.
      if !rest.isEmpty, count == part.count { fileBytes = bytesMax }
    }
  }

  mutating func close() {
    if file >= 0 { Glibc.close(file) }
    file = -1
  }

  private mutating func begin() -> Bool {
    let path = "\(directory)/\(LogFiles.name(stream, offset))"
    let next = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard next >= 0 else { return false }
    close()
    (file, fileBytes) = (next, 0)
    for old in LogFiles.list(directory, stream).dropLast(filesMax) {
      unlink("\(directory)/\(old.name)")
    }
    return true
  }
}

/// The files of one stream of output.
enum LogFiles {
  static func name(_ stream: String, _ offset: Int) -> String {
    let digits = String(offset)
    return "\(stream).\(String(repeating: "0", count: max(0, 15 - digits.count)))\(digits)"
  }

  /// Those that are there, in order.
  static func list(_ directory: String, _ stream: String) -> [(name: String, start: Int, end: Int)]
  {
    Files.list(directory).compactMap { name in
      guard name.hasPrefix(stream + "."), let start = Int(name.dropFirst(stream.count + 1)),
        start >= 0, self.name(stream, start) == name
      else { return nil }
      var status = stat()
      guard lstat("\(directory)/\(name)", &status) == 0 else { return nil }
      return (name, start, start + Int(status.st_size))
    }
  }
}

/// Reads one stream of a worker's output on from a place, across rotations.
package struct LogFollower: Sendable {
  /// Which output.
  package enum Stream: String, Sendable {
    /// Standard output.
    case out
    /// Standard error.
    case error = "err"
  }

  /// A piece of output.
  package struct Piece: Equatable, Sendable {
    /// Where in the stream it begins, in bytes.
    package var offset: Int
    /// Its bytes, which may be anything.
    package var bytes: [UInt8]
  }

  /// Where it reads on, in bytes from the stream's beginning.
  package private(set) var offset: Int

  private let directory: String
  private let stream: Stream

  /// Reads from `offset`.
  package init(directory: String, stream: Stream, offset: Int = 0) {
    (self.directory, self.stream, self.offset) = (directory, stream, max(0, offset))
  }

  /// The next piece, of `bytesMax` at most, or nil when there is none yet.
  ///
  /// It begins later than the last one ended where files in between were rotated away.
  package mutating func next(bytesMax: Int = 64 << 10) -> Piece? {
    for file in LogFiles.list(directory, stream.rawValue) where file.end > offset {
      let start = max(offset, file.start)
      let descriptor = open("\(directory)/\(file.name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: min(bytesMax, file.end - start))
      let count = pread(descriptor, &bytes, bytes.count, start - file.start)
      guard count > 0 else { continue }
      offset = start + count
      return Piece(offset: start, bytes: Array(bytes[..<count]))
    }
    return nil
  }
}
