/// A number of things in words: `1 node`, `2 nodes`, `2 prefixes`.
public func count(_ number: some BinaryInteger, _ noun: String) -> String {
  guard number != 1 else { return "1 \(noun)" }
  return "\(number) \(noun)" + (noun.hasSuffix("x") ? "es" : "s")
}

/// A number of things and what they do, in words for one and for others: `1 turn waits`.
public func count(
  _ number: some BinaryInteger,
  _ noun: String,
  _ verbs: (one: String, others: String)
) -> String {
  count(number, noun) + " " + (number == 1 ? verbs.one : verbs.others)
}
