/// A binary heap of numbers, each with a key that may change, the least key first.
///
/// Finding the first is O(1); setting a key and removing any number are O(log n). The same calls in
/// the same order give the same ``items``.
struct IndexedHeap<Key: Comparable & Sendable>: Sendable {
  struct Item: Sendable {
    var key: Key
    var id: Int32
  }

  /// All items; the first has the least key, the others are in no order.
  private(set) var items: [Item] = []
  private var places: [Int32: Int] = [:]

  var first: Item? { items.first }
  var count: Int { items.count }
  var isEmpty: Bool { items.isEmpty }

  func contains(_ id: Int32) -> Bool { places[id] != nil }

  /// The key of a number; nil when it is not there.
  func key(of id: Int32) -> Key? { places[id].map { items[$0].key } }

  /// The items with the least keys, in order, `count` at most; O(count^2).
  func least(_ count: Int) -> [Item] {
    var least: [Item] = []
    // Places whose parents are taken: the next is always among them.
    var places = items.isEmpty ? [] : [0]
    while least.count < count,
      let index = places.indices.min(by: { items[places[$0]].key < items[places[$1]].key })
    {
      let place = places.remove(at: index)
      least.append(items[place])
      places += [2 * place + 1, 2 * place + 2].filter { $0 < items.count }
    }
    return least
  }

  /// Gives a number a key, whether it had one or not.
  mutating func set(_ id: Int32, _ key: Key) {
    let item = Item(key: key, id: id)
    guard let place = places[id] else {
      items.append(item)
      places[id] = items.count - 1
      rise(items.count - 1)
      return
    }
    let wasLess = items[place].key < key
    items[place] = item
    if wasLess { sink(place) } else { rise(place) }
  }

  /// Takes a number out; false when it was not there.
  @discardableResult
  mutating func remove(_ id: Int32) -> Bool {
    guard let place = places.removeValue(forKey: id) else { return false }
    let last = items.removeLast()
    guard place < items.count else { return true }
    let wasLess = items[place].key < last.key
    items[place] = last
    places[last.id] = place
    if wasLess { sink(place) } else { rise(place) }
    return true
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard items[place].key < items[parent].key else { return }
      swap(place, parent)
      place = parent
    }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < items.count {
        if items[child].key < items[least].key { least = child }
      }
      guard least != place else { return }
      swap(place, least)
      place = least
    }
  }

  private mutating func swap(_ one: Int, _ other: Int) {
    items.swapAt(one, other)
    places[items[one].id] = one
    places[items[other].id] = other
  }
}
