extension Schema {
  /// Refuses what protobuf-c could not decode safely: it has no limit on nesting, so a message may
  /// not contain itself.
  func check() throws(Refusal) {
    var contents: [TypeName: [TypeName]] = [:]
    for message in files.flatMap(\.messages) {
      contents[message.name] = message.fields.compactMap {
        guard case .message(let name) = $0.type else { return nil }
        return name
      }
    }
    for name in contents.keys.sorted(by: { $0.full < $1.full }) {
      var seen: Set<TypeName> = []
      var pending = contents[name] ?? []
      while let next = pending.popLast() {
        guard seen.insert(next).inserted else { continue }
        pending += contents[next] ?? []
      }
      guard !seen.contains(name) else { throw Refusal("\(name.full) contains itself") }
    }
  }
}
