import Basics

/// Reads traces of lines with commas between values, whose heading names the columns.
///
/// They tell no prefixes: no two prompts have a block in common. Requests without a prompt or an
/// answer failed where the trace was taken, and are left out. Blank lines are skipped, as are
/// columns that are not known.
///
/// Sources: Azure/AzurePublicDataset, AzureLLMInferenceDataset2023 and 2024 and
/// AzureLMMInferenceDataset2025; HPMLL/BurstGPT, whose sessions are conversations.
enum CSVTraceReader {
  /// Where the values are.
  struct Columns {
    /// Titles as the heading has them.
    let titles: [Substring]
    let time: Int
    let prompt: Int
    let answer: Int
    let session: Int?
    /// Whether times are dates, as Azure's, not seconds.
    let hasDates: Bool

    /// Nil when `heading` is of no format that is known.
    init?(_ heading: ArraySlice<UInt8>) {
      titles = CSVTraceReader.cells(of: heading)
      let names = titles.map { $0.lowercased() }
      func column(_ name: String) -> Int? { names.firstIndex(of: name) }
      guard let time = column("timestamp") else { return nil }
      self.time = time
      if let prompt = column("contexttokens"), let answer = column("generatedtokens") {
        (self.prompt, self.answer, session, hasDates) = (prompt, answer, nil, true)
      } else if let prompt = column("request tokens"), let answer = column("response tokens") {
        (self.prompt, self.answer) = (prompt, answer)
        (session, hasDates) = (column("session id"), false)
      } else {
        return nil
      }
    }
  }

  static func read(
    _ bytes: [UInt8],
    file: String,
    _ columns: Columns
  ) throws(TraceError) -> Trace {
    var (number, leftOutCount, isHeading): (UInt64, Int, Bool) = (0, 0, true)
    let requests = try TraceLines.read(bytes, file: file) { range throws(TraceLineError) in
      let cells = cells(of: bytes[range])
      guard !cells.allSatisfy(\.isEmpty) else { return nil }
      guard !isHeading else {
        isHeading = false
        return nil
      }
      guard cells.count == columns.titles.count else {
        throw TraceLineError(
          "expected \(columns.titles.count) values with commas between, found \(cells.count)"
        )
      }
      let arrival = try time(cells[columns.time], columns)
      let prompt = try tokens(cells[columns.prompt], columns.titles[columns.prompt])
      let answer = try tokens(cells[columns.answer], columns.titles[columns.answer])
      number += 1
      guard prompt > 0, answer > 0 else {
        leftOutCount += 1
        return nil
      }
      let session = columns.session.map { cells[$0] } ?? ""
      return TraceRequest(
        arrival: arrival,
        promptTokens: prompt,
        outputTokens: answer,
        blocks: blocks(of: number, tokens: prompt),
        session: session.isEmpty
          ? PRNG.mix(number) : session.utf8.reduce(0) { PRNG.mix($0 ^ UInt64($1)) }
      )
    }
    return Trace(requests: requests, leftOutCount: leftOutCount)
  }

  /// The values of a line, without quotes and the space around.
  fileprivate static func cells(of line: ArraySlice<UInt8>) -> [Substring] {
    func isBeside(_ byte: UInt8?) -> Bool {
      byte.map { $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: "\"") } ?? false
    }
    return line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { cell in
      var cell = cell
      while isBeside(cell.first) { cell.removeFirst() }
      while isBeside(cell.last) { cell.removeLast() }
      return String(decoding: cell, as: UTF8.self)[...]
    }
  }

  private static func blocks(of number: UInt64, tokens: Int) -> [UInt64] {
    let count = (tokens + TraceReader.blockTokens - 1) / TraceReader.blockTokens
    let first = PRNG.mix(number)
    return (0..<UInt64(count)).map { first &+ $0 }
  }

  private static func time(_ cell: Substring, _ columns: Columns) throws(TraceLineError) -> Duration
  {
    let title = columns.titles[columns.time]
    if columns.hasDates {
      guard let time = Duration(date: cell) else {
        throw TraceLineError(
          "`\(title)` is \(String(cell).quoted(limit: 40)), not a time such as "
            + "2023-11-16 18:15:46.6805900 or 2024-05-10T00:00:00.01+00:00"
        )
      }
      return time
    }
    guard let time = Duration(decimalSeconds: String(cell)) else {
      throw TraceLineError(
        "`\(title)` is \(String(cell).quoted(limit: 40)), not a number of seconds"
      )
    }
    return time
  }

  private static func tokens(_ cell: Substring, _ title: Substring) throws(TraceLineError) -> Int {
    guard let value = cell.wholeNumber, value <= TraceReader.tokensMax else {
      throw TraceLineError(
        "`\(title)` is \(String(cell).quoted(limit: 40)), not a whole number of tokens up to "
          + "\(TraceReader.tokensMax)"
      )
    }
    return value
  }
}
