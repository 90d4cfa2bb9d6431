import Basics

/// Readable text for tokens that no model made: the same words for the same seed, for ever.
public enum TokenText {
  private static let onsets = [
    "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "br",
  ]
  private static let vowels = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
  private static let codas = ["", "", "", "n", "r", "s", "l", "m", "t", "nd"]

  /// The text of token `index` of the answer with this `seed`: a pseudo-word, with a space before
  /// it unless it is the first, so that the texts of an answer can be joined as they come.
  ///
  /// About one word in nine ends a sentence; the word after it is capitalised.
  public static func word(seed: UInt64, index: Int) -> String {
    let word = draw(seed: seed, index: index)
    let startsSentence = index == 0 || endsSentence(draw(seed: seed, index: index - 1))
    var bits = word
    var text = ""
    for _ in 0...(take(3, from: &bits)) {
      text += onsets[take(onsets.count, from: &bits)] + vowels[take(vowels.count, from: &bits)]
    }
    text += codas[take(codas.count, from: &bits)]
    if startsSentence { text = text.prefix(1).uppercased() + text.dropFirst() }
    return (index == 0 ? "" : " ") + text + (endsSentence(word) ? "." : "")
  }

  private static func draw(seed: UInt64, index: Int) -> UInt64 {
    PRNG.mix(seed ^ PRNG.mix(UInt64(bitPattern: Int64(index))))
  }

  private static func endsSentence(_ word: UInt64) -> Bool { word >> 56 < 28 }

  private static func take(_ count: Int, from bits: inout UInt64) -> Int {
    defer { bits /= UInt64(count) }
    return Int(bits % UInt64(count))
  }
}
