import Basics

/// The one of `names` that is `text` or that alone begins with it, if need be in another case.
func resolve(_ text: String, _ kind: String, among names: [String]) throws(Failure) -> String {
  if names.contains(text) { return text }
  var found = text.isEmpty ? [] : names.filter { $0.hasPrefix(text) }
  if found.isEmpty, !text.isEmpty {
    let lower = text.lowercased()
    if let whole = names.first(where: { $0.lowercased() == lower }) { return whole }
    found = names.filter { $0.lowercased().hasPrefix(lower) }
  }
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

/// The one of `names` that is `text`: what can't be taken back is done to nothing that was not
/// named in full, and no other name is proposed for it.
func resolveExactly(
  _ text: String,
  _ kind: String,
  among names: [String]
) throws(Failure) -> String {
  guard names.contains(text) else {
    throw Failure(
      .notFound,
      "no \(kind) is named \(text.quoted(limit: 64)): give its whole name (`hearth \(kind) list`)"
    )
  }
  return text
}

/// Names in a sentence, a dozen at most.
private func list(_ names: [String]) -> String {
  let shown = names.prefix(12).joined(separator: ", ")
  return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
}
