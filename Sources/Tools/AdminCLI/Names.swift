import Basics

/// The one of `names` that is `text` or that alone begins with it.
func resolve(_ text: String, _ kind: String, among names: [String]) throws(Failure) -> String {
  if names.contains(text) { return text }
  let found = text.isEmpty ? [] : names.filter { $0.hasPrefix(text) }
  switch found.count {
  case 1: return found[0]
  case 0:
    let hint = text.nearest(in: names).map { " (did you mean \($0)?)" }
    let all = names.isEmpty ? " (there are none)" : " (there are \(list(names)))"
    throw Failure(.notFound, "no \(kind) is named \"\(text)\"\(hint ?? all)")
  default:
    throw Failure(.notFound, "\(kind) \"\(text)\" is ambiguous: \(list(found))")
  }
}

/// Names in a sentence, a dozen at most.
private func list(_ names: [String]) -> String {
  let shown = names.prefix(12).joined(separator: ", ")
  return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
}
