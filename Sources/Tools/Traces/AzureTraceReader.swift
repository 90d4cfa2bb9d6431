import Basics

/// Reads traces in the format of Azure's LLM inference traces: a heading and then lines of
/// `2023-11-16 18:15:46.6805900,374,44`, which are the time of arrival and the tokens of prompt and
/// answer.
///
/// They tell neither conversations nor prefixes: no two prompts have a block in common. Arrivals
/// count from the first. Blank lines are skipped.
///
/// Source: Azure/AzurePublicDataset, AzureLLMInferenceDataset2023.
public enum AzureTraceReader {
  /// The first line.
  static let heading = "TIMESTAMP,ContextTokens,GeneratedTokens"

  /// Whether a file begins as such traces do.
  public static func recognises(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: "TIMESTAMP,".utf8)
  }

  /// Reads all the requests in `bytes`; `file` is the name for errors.
  public static func read(_ bytes: [UInt8], file: String) throws(TraceError) -> [TraceRequest] {
    var (number, first): (UInt64, Int64?) = (0, nil)
    return try TraceLines.read(bytes, file: file) { range throws(JSONLineError) in
      var text = String(decoding: bytes[range], as: UTF8.self)
      if text.last == "\r" { text.removeLast() }
      guard range.lowerBound > 0 else {
        guard text == heading else { throw JSONLineError("the heading is not `\(heading)`") }
        return nil
      }
      guard !text.isEmpty else { return nil }
      let cells = text.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 3 else {
        throw JSONLineError("expected 3 values with commas between, found \(cells.count)")
      }
      guard let time = nanoseconds(cells[0]) else {
        throw JSONLineError(
          "`TIMESTAMP` is not a time such as 2023-11-16 18:15:46.6805900"
        )
      }
      let start = first ?? time
      first = start
      // An earlier time than the first is told as not sorted, which a duration below 0 shows.
      let arrival = Duration.nanoseconds(time - start)
      guard arrival < .milliseconds(Int64(TraceLines.millisecondsMax)) else {
        throw JSONLineError("`TIMESTAMP` is more than a year after the first")
      }
      number += 1
      let prompt = try tokens(cells[1], "ContextTokens")
      return TraceRequest(
        arrival: arrival,
        promptTokens: prompt,
        outputTokens: try tokens(cells[2], "GeneratedTokens"),
        blocks: blocks(of: number, tokens: prompt),
        session: PRNG.mix(number)
      )
    }
  }

  private static func blocks(of number: UInt64, tokens: Int) -> [UInt64] {
    let count = (tokens + TraceReader.blockTokens - 1) / TraceReader.blockTokens
    let first = PRNG.mix(number)
    return (0..<UInt64(count)).map { first &+ $0 }
  }

  private static func tokens(_ cell: Substring, _ name: String) throws(JSONLineError) -> Int {
    guard let value = digits(cell), (1...TraceReader.tokensMax).contains(value) else {
      throw JSONLineError("`\(name)` is not a whole number from 1 to \(TraceReader.tokensMax)")
    }
    return value
  }

  /// The nanoseconds from 1970 until a time, which may be in 2199 at the latest.
  private static func nanoseconds(_ cell: Substring) -> Int64? {
    let parts = cell.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let date = parts[0].split(separator: "-", omittingEmptySubsequences: false).map(digits)
    let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    guard date.count == 3, clock.count == 3, let year = date[0], let month = date[1],
      let day = date[2], let hour = digits(clock[0]), let minute = digits(clock[1]),
      let second = fraction(clock[2]), (1970..<2200).contains(year), (1...12).contains(month),
      (1...31).contains(day), hour < 24, minute < 60
    else { return nil }
    let seconds = Int64(days(year, month, day) * 86_400 + hour * 3600 + minute * 60)
    return seconds * 1_000_000_000 + second
  }

  /// Seconds below 61 with up to nine places, in nanoseconds.
  private static func fraction(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = digits(parts[0]), whole <= 60 else { return nil }
    guard parts.count == 2 else { return Int64(whole) * 1_000_000_000 }
    guard parts[1].utf8.count <= 9, let rest = digits(parts[1]) else { return nil }
    var scaled = Int64(rest)
    for _ in parts[1].utf8.count..<9 { scaled *= 10 }
    return Int64(whole) * 1_000_000_000 + scaled
  }

  private static func digits(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }

  /// Days from 1970 to a date of the Gregorian calendar, counted in years that start in March, so
  /// that a leap day is the last of its year.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let years = month > 2 ? year : year - 1
    let months = (month + 9) % 12
    return 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day
      - 719_469
  }
}
