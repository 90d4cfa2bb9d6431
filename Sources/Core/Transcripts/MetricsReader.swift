import Basics

/// Why a text is not metrics that are taken.
public struct MetricsFault: Error, Equatable, Sendable {
  /// What is wrong.
  public let reason: String
  /// The line that it is on, from 1.
  public let line: Int
}

/// Finds an engine's load in its metrics: Prometheus text (exposition format 0.0.4) that comes in
/// pieces, of which nothing else is kept.
///
/// Several series of one name are those of engines that work as one: counts are added up, shares
/// averaged.
public struct MetricsReader: Sendable {
  private static let lineBytesMax = 64 << 10

  private var figures = EngineFigures()
  private var kvUses = 0
  private var line: [UInt8] = []
  private var number = 1

  /// Makes a reader.
  public init() {}

  /// Reads on.
  public mutating func take(_ bytes: Span<UInt8>) throws(MetricsFault) {
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\n") {
        try endLine()
      } else {
        guard line.count < Self.lineBytesMax else { throw fault("the line is too long") }
        line.append(byte)
      }
    }
  }

  /// There is no more: what was found.
  public mutating func finish() throws(MetricsFault) -> EngineFigures {
    guard line.isEmpty else { throw fault("the line has no end") }
    return figures
  }

  private func fault(_ reason: String) -> MetricsFault { .init(reason: reason, line: number) }

  private mutating func endLine() throws(MetricsFault) {
    defer {
      line.removeAll(keepingCapacity: true)
      number += 1
    }
    let bytes = line
    var sample = SampleLine(bytes)
    do throws(SampleLine.Wrong) {
      guard let found = try sample.read() else { return }
      add(found)
    } catch {
      throw fault(error.reason)
    }
  }

  private mutating func add(_ sample: SampleLine.Sample) {
    let count = sample.value >= 0 && sample.value < 1e9 ? Int(sample.value) : nil
    switch sample.series {
    case .running: figures.running = count.map { $0 + (figures.running ?? 0) } ?? figures.running
    case .waiting: figures.waiting = count.map { $0 + (figures.waiting ?? 0) } ?? figures.waiting
    case .kvUse:
      guard sample.value >= 0, sample.value <= 1.01 else { return }
      let sum = (figures.kvUse ?? 0) * Double(kvUses) + min(1, sample.value)
      kvUses += 1
      figures.kvUse = sum / Double(kvUses)
    case .cache:
      figures.blockTokens = sample.blockTokens ?? figures.blockTokens
      figures.blockCount =
        sample.blockCount.map { $0 + (figures.blockCount ?? 0) } ?? figures.blockCount
    }
  }
}

/// One line of metrics.
private struct SampleLine {
  struct Wrong: Error { let reason: String }

  /// A sample that is looked for.
  struct Sample {
    let series: EngineFigures.Series
    var value = 0.0
    var blockTokens: Int?
    var blockCount: Int?
  }

  private static let labelsMax = 128

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// What the line says; nil for a comment, and for what is not looked for.
  mutating func read() throws(Wrong) -> Sample? {
    skipBlanks()
    guard let first = byte, first != UInt8(ascii: "#") else { return nil }
    let name = try name(withColons: true)
    let series = EngineFigures.Series(bytes.span.extracting(name))
    var sample = Sample(series: series ?? .running)
    skipBlanks()
    if byte == UInt8(ascii: "{") { try readLabels(into: &sample) }
    skipBlanks()
    sample.value = try readValue()
    skipBlanks()
    if byte != nil { try readTime() }
    return series == nil || !sample.value.isFinite ? nil : sample
  }

  private mutating func skipBlanks() {
    while let byte, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { index += 1 }
  }

  private mutating func name(withColons: Bool) throws(Wrong) -> Range<Int> {
    let start = index
    while let byte {
      let isLetter = (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
      let isDigit = byte &- 0x30 < 10 && index > start
      guard isLetter || isDigit || withColons && byte == UInt8(ascii: ":") else { break }
      index += 1
    }
    guard index > start else { throw Wrong(reason: "there is no name") }
    return start..<index
  }

  private mutating func readLabels(into sample: inout Sample) throws(Wrong) {
    index += 1
    for _ in 0..<Self.labelsMax {
      skipBlanks()
      if byte == UInt8(ascii: "}") {
        index += 1
        return
      }
      let name = try name(withColons: false)
      skipBlanks()
      guard byte == UInt8(ascii: "=") else { throw Wrong(reason: "a label has no value") }
      index += 1
      skipBlanks()
      let value = try readLabelValue()
      if sample.series == .cache {
        let label = bytes.span.extracting(name)
        let number = bytes[value].wholeNumber
        if label.equals("block_size") { sample.blockTokens = number }
        if label.equals("num_gpu_blocks") { sample.blockCount = number }
      }
      skipBlanks()
      guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") else {
        throw Wrong(reason: "the labels have no end")
      }
      if byte == UInt8(ascii: ",") { index += 1 }
    }
    throw Wrong(reason: "there are too many labels")
  }

  private mutating func readLabelValue() throws(Wrong) -> Range<Int> {
    guard byte == UInt8(ascii: "\"") else { throw Wrong(reason: "a label's value has no quotes") }
    index += 1
    let start = index
    while let byte, byte != UInt8(ascii: "\"") {
      // The byte after a backslash ends nothing.
      index += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard byte != nil else { throw Wrong(reason: "a label's value has no end") }
    defer { index += 1 }
    return start..<index
  }

  private mutating func word() -> String {
    let start = index
    while let byte, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { index += 1 }
    return String(decoding: bytes[start..<index].prefix(64), as: UTF8.self)
  }

  private mutating func readValue() throws(Wrong) -> Double {
    let text = word()
    switch text {
    case "NaN": return .nan
    case "+Inf", "Inf": return .infinity
    case "-Inf": return -.infinity
    default: break
    }
    guard let first = text.utf8.first, first &- 0x30 < 10 || "+-.".utf8.contains(first),
      !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }), let value = Double(text),
      value.isFinite
    else { throw Wrong(reason: "the value is not a number") }
    return value
  }

  private mutating func readTime() throws(Wrong) {
    guard Int64(word()) != nil else { throw Wrong(reason: "the time is not a whole number") }
    skipBlanks()
    guard byte == nil else { throw Wrong(reason: "something follows the time") }
  }
}

extension ArraySlice<UInt8> {
  /// The number that the digits are, from 1 to 2^30; nil for all else.
  fileprivate var wholeNumber: Int? {
    guard (1...10).contains(count), allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
    let number = reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return (1...1 << 30).contains(number) ? number : nil
  }
}
