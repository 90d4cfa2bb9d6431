/// The cache by its definition, searched from end to end: the twin that ``KVCache`` must equal.
struct NaiveKVCache {
  /// A block by what it is: nil is an anonymous one, which only its holder knows.
  typealias Table = [UInt64?]

  struct Resident {
    let parent: UInt64?
    var holders = 0
    var lastUse = 0
  }

  let capacity: Int
  var residents: [UInt64: Resident] = [:]
  var anonymousCount = 0
  private var now = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  var availableCount: Int {
    capacity - anonymousCount - residents.values.count { $0.holders > 0 }
  }

  mutating func adopt(_ hashes: [UInt64], limit: Int) -> Table {
    var table: Table = []
    for hash in hashes.prefix(limit) {
      guard let resident = residents[hash], resident.parent == table.last ?? nil else { break }
      residents[hash]?.holders += 1
      table.append(hash)
    }
    return table
  }

  mutating func grow(_ table: inout Table, to count: Int) -> Bool {
    let missing = count - table.count
    guard missing <= availableCount else { return false }
    for _ in 0..<max(0, missing) {
      if anonymousCount + residents.count == capacity { evict() }
      anonymousCount += 1
      table.append(nil)
    }
    return true
  }

  mutating func publish(_ table: inout Table, hashes: [UInt64], through count: Int) {
    for position in 0..<min(count, hashes.count, table.count) where table[position] == nil {
      let parent = position == 0 ? nil : table[position - 1]
      guard position == 0 || parent != nil else { return }
      let hash = hashes[position]
      if let existing = residents[hash], existing.parent != parent { return }
      residents[hash, default: Resident(parent: parent)].holders += 1
      anonymousCount -= 1
      table[position] = hash
    }
  }

  mutating func release(_ table: inout Table) {
    now += 1
    for block in table {
      guard let block else {
        anonymousCount -= 1
        continue
      }
      residents[block]?.holders -= 1
      residents[block]?.lastUse = now
    }
    table = []
  }

  private mutating func evict() {
    let parents = Set(residents.values.compactMap(\.parent))
    let leaves = residents.filter { $0.value.holders == 0 && !parents.contains($0.key) }
    guard let victim = leaves.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
    residents[victim.key] = nil
  }
}
