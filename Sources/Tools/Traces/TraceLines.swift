import Basics

/// What all traces of lines have in common.
enum TraceLines {
  /// The longest line, in bytes.
  static let bytesMax = 65_536
  /// The latest arrival: a year.
  static let millisecondsMax: UInt64 = 31_536_000_000

  /// Reads the requests of all lines, in the order of their arrival; `parse` returns nil for a line
  /// that has none.
  static func read(
    _ bytes: [UInt8],
    file: String,
    _ parse: (Range<Int>) throws(JSONLineError) -> TraceRequest?
  ) throws(TraceError) -> [TraceRequest] {
    var requests: [TraceRequest] = []
    var (start, line) = (0, 0)
    while start < bytes.count {
      line += 1
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      defer { start = end + 1 }
      do throws(JSONLineError) {
        guard end - start <= bytesMax else {
          throw JSONLineError("the line is longer than \(bytesMax) bytes: is this a trace?")
        }
        guard let request = try parse(start..<end) else { continue }
        if let last = requests.last, request.arrival < last.arrival {
          throw JSONLineError(
            "`timestamp` is before the line above: sort the file by `timestamp`"
          )
        }
        requests.append(request)
      } catch {
        throw TraceError(file: file, line: line, message: error.message)
      }
    }
    return requests
  }
}
