/// Words that the field's words have replaced.
enum OldWords {
  /// What takes the place of a word, of a name's part in camel case, or of words in a row.
  static let better: [(old: String, better: String)] = [
    ("admissionLook", "queueScan"),
    ("again elsewhere", "retried"),
    ("anew", "again, or recompute"),
    ("as many as may", "a number, or the most"),
    ("callRoll", "rebuild"),
    ("census", "rejection tally"),
    ("costFloors", "costLowerBounds"),
    ("crowd", "exceed TPOT, or interfere"),
    ("crowded", "interference"),
    ("crowding", "interference"),
    ("disuse", "LRU age"),
    ("evening", "what it evens out"),
    ("evictionMemory", "ghostCache"),
    ("fairLane", "fairQueue"),
    ("fleetOutlook", "expectedState"),
    ("hindsight", "predictionAudit"),
    ("hintRoom", "hintHeadroom"),
    ("letGo", "release"),
    ("lookMax", "scanLimit"),
    ("modelLine", "modelQueue"),
    ("news", "events, reports or changes"),
    ("next to none", "hardly any"),
    ("oldestUse", "LRU age"),
    ("outlook", "expected state"),
    ("patience", "max wait"),
    ("promptsUnderWay", "inFlightPrefixes"),
    ("releasePace", "drainRate"),
    ("roomyModels", "modelsWithHeadroom"),
    ("roomTokens", "capacityTokens"),
    ("secondsToRoom", "secondsToHeadroom"),
    ("served out of region", "cross-region"),
    ("so many times", "a factor"),
    ("strain", "TPOT utilisation"),
    ("wayThere", "latency"),
  ]

  private static let rows: [String: [(components: [Substring], isName: Bool, row: Int)]] =
    better.indices.reduce(into: [:]) { rows, row in
      let old = better[row].old
      let components = old.split(separator: " ").flatMap { split(word: $0[...]) }
      let first = String(components.first ?? "").lowercased()
      rows[first, default: []].append((components, !old.contains(" "), row))
    }

  /// The old words of a text and their lines.
  static func found(in text: String) -> [(old: String, better: String, line: Int)] {
    var parts: [(text: String, word: Int, line: Int)] = []
    var word = 0
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      for text in line.split(whereSeparator: { !$0.isLetter }) {
        word += 1
        parts += split(word: text).map { ($0.lowercased(), word, index + 1) }
      }
    }
    return parts.indices.flatMap { start in
      (rows[parts[start].text] ?? []).compactMap { row in
        let end = start + row.components.count
        guard end <= parts.count,
          zip(parts[start..<end], row.components).allSatisfy({ $0.text == $1.lowercased() }),
          !row.isName || parts[start].word == parts[end - 1].word
        else { return nil }
        return (better[row.row].old, better[row.row].better, parts[start].line)
      }
    }
  }

  /// The parts of a name in camel case.
  private static func split(word: Substring) -> [Substring] {
    var parts: [Substring] = []
    var start = word.startIndex
    for index in word.indices.dropFirst() {
      let before = word[word.index(before: index)]
      guard word[index].isUppercase, !before.isUppercase else { continue }
      parts.append(word[start..<index])
      start = index
    }
    return parts + [word[start...]]
  }
}
