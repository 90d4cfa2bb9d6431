import Basics

/// What all traces of lines have in common.
enum TraceLines {
  /// The longest line, in bytes: the longest prompt in blocks of 16 tokens, with room to spare.
  static let bytesMax = 1 << 22
  /// The latest arrival after the first: a year.
  static let timeMax = Duration.seconds(31_536_000)

  /// Reads the requests of all lines, whose arrivals `parse` tells since any instant, in the order
  /// of their arrival; it returns nil for a line that has none.
  ///
  /// Arrivals of what is returned count from the first.
  static func read(
    _ bytes: [UInt8],
    file: String,
    _ parse: (Range<Int>) throws(TraceLineError) -> TraceRequest?
  ) throws(TraceError) -> [TraceRequest] {
    var requests: [TraceRequest] = []
    var (start, line) = (byteOrderMark(bytes), 0)
    var first: Duration?
    while start < bytes.count {
      line += 1
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      defer { start = end + 1 }
      do throws(TraceLineError) {
        guard end - start <= bytesMax else {
          throw TraceLineError("the line is longer than \(bytesMax) bytes: is this a trace?")
        }
        guard var request = try parse(start..<end) else { continue }
        let origin = first ?? request.arrival
        first = origin
        request.arrival -= origin
        if let last = requests.last, request.arrival < last.arrival {
          throw TraceLineError(
            "`timestamp` is before the line above: sort the file by `timestamp`"
          )
        }
        guard request.arrival < timeMax else {
          throw TraceLineError("`timestamp` is more than a year after the first")
        }
        requests.append(request)
      } catch {
        throw TraceError(file: file, line: line, message: error.message)
      }
    }
    return requests
  }

  /// How many bytes at the start say only that the text is UTF-8.
  static func byteOrderMark(_ bytes: [UInt8]) -> Int {
    bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }
}
