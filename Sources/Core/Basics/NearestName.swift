extension StringProtocol {
  /// The one of `names` that this most probably meant to be, for "did you mean": the one with the
  /// fewest edits, if they are no more than a third of the letters, and one at least.
  ///
  /// Letters' case does not count. Takes no more than the first 64 characters of a name.
  public func nearest(in names: some Sequence<String>) -> String? {
    let letters = Array(lowercased().prefix(64))
    var best: (name: String, edits: Int)?
    for name in names {
      let edits = Self.editCount(letters, Array(name.lowercased().prefix(64)))
      if edits < best?.edits ?? .max { best = (name, edits) }
    }
    guard let best, best.edits <= Swift.max(1, letters.count / 3) else { return nil }
    return best.name
  }

  /// Levenshtein's distance: the fewest insertions, removals and changes of a letter.
  private static func editCount(_ one: [Character], _ other: [Character]) -> Int {
    var row = Array(0...other.count)
    for (line, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in other.indices {
        let changed = diagonal + (letter == other[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(changed, row[column] + 1, diagonal + 1)
      }
    }
    return row[other.count]
  }
}
