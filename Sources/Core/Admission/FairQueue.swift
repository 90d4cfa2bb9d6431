/// The turns of one model and priority that wait, in a fair order between their tenants.
///
/// Virtual token counters (Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024):
/// each tenant's counter grows by the weighted tokens it is served, over its weight, and the tenant
/// with the least counter goes first. A tenant that comes back is lifted to the least counter of
/// those that wait, or, when nobody waits, to that of the last who did: being away earns nothing.
///
/// Let U be the most that one turn counts, over its tenant's weight, and D the most by which the
/// turns of one tenant that run at a time are counted wrongly until they end. Then the service of
/// two tenants that both wait throughout a time, each over its weight, differs by 2 (U + D) at
/// most, however long that is: counters of those that wait lie within U + D of each other at its
/// start and at its end.
struct FairQueue: Sendable {
  /// What orders tenants: the counter, then who waited first.
  struct Counter: Comparable, Sendable {
    var value: Double
    var sequence: UInt64

    static func < (left: Self, right: Self) -> Bool {
      (left.value, left.sequence) < (right.value, right.sequence)
    }
  }

  /// Whether a turn that begins now meets its objective.
  enum Timeliness: UInt8, Sendable {
    /// It does.
    case inTime
    /// It may well not: first tokens come later than its work takes.
    case doubtful
    /// It does not.
    case late
  }

  /// What orders turns of a tenant: those in time before those that are doubtful, each by the
  /// moment when they begin to be late, then those that are late by rank less age; then arrival.
  struct Rank: Comparable, Sendable {
    var timeliness: Timeliness
    var value: Double
    var sequence: UInt64

    static func < (left: Self, right: Self) -> Bool {
      (left.timeliness.rawValue, left.value, left.sequence)
        < (right.timeliness.rawValue, right.value, right.sequence)
    }
  }

  /// A tenant here.
  struct Account: Sendable {
    var counter = 0.0
    var weight = 1.0
    var turns = IndexedHeap<Rank>()
    /// Work of the turns that wait.
    var work = 0.0
    var running = 0
  }

  private(set) var accounts: [Int32: Account] = [:]
  /// Tenants with turns that wait.
  private(set) var active = IndexedHeap<Counter>()
  /// Work of all turns that wait.
  private(set) var work = 0.0
  /// The counter of the last that waited.
  private var floor = 0.0
  private var sequence: UInt64 = 0
  private var sweepCount = 64

  /// What a tenant that comes back is lifted to.
  private var level: Double { active.first?.key.value ?? floor }

  /// The turn that is next.
  var first: Int32? {
    active.first.flatMap { accounts[$0.id]?.turns.first?.id }
  }

  /// How many turns of a tenant wait.
  func waiting(of tenant: Int32) -> Int { accounts[tenant]?.turns.count ?? 0 }

  mutating func join(
    _ turn: Int32,
    of tenant: Int32,
    weight: Double,
    rank: Rank,
    work: Double
  ) {
    let level = level
    var counter = 0.0
    withAccount(tenant) { account in
      if account.turns.isEmpty { account.counter = max(account.counter, level) }
      account.weight = weight
      account.turns.set(turn, rank)
      account.work += work
      counter = account.counter
    }
    self.work += work
    guard !active.contains(tenant) else { return }
    sequence += 1
    active.set(tenant, Counter(value: counter, sequence: sequence))
  }

  /// Gives a turn that waits another place in the order.
  mutating func move(_ turn: Int32, of tenant: Int32, to rank: Rank) {
    withAccount(tenant) { $0.turns.set(turn, rank) }
  }

  /// The turns that are next if each of them is served, `limit` at most.
  ///
  /// `charge` is what a turn will count. O(limit x (tenants + limit)).
  func next(_ limit: Int, charge: (Int32) -> Double) -> [Int32] {
    var tenants = active.items.map { item in
      let account = accounts[item.id] ?? Account()
      return (counter: item.key, weight: account.weight, turns: account.turns.least(limit)[...])
    }
    var turns: [Int32] = []
    while turns.count < limit,
      let index = tenants.indices.lazy.filter({ !tenants[$0].turns.isEmpty })
        .min(by: { tenants[$0].counter < tenants[$1].counter })
    {
      let turn = tenants[index].turns.removeFirst().id
      turns.append(turn)
      tenants[index].counter.value += charge(turn) / tenants[index].weight
    }
    return turns
  }

  /// A turn waits no more.
  mutating func leave(_ turn: Int32, of tenant: Int32, work: Double) {
    var (isEmpty, counter) = (false, 0.0)
    withAccount(tenant) { account in
      account.turns.remove(turn)
      isEmpty = account.turns.isEmpty
      account.work = isEmpty ? 0 : max(0, account.work - work)
      counter = account.counter
    }
    self.work = max(0, self.work - work)
    guard isEmpty else { return }
    active.remove(tenant)
    if active.isEmpty { (floor, self.work) = (max(floor, counter), 0) }
    settle(tenant)
  }

  /// A turn of a tenant begins to run, whether it waited or not.
  mutating func start(of tenant: Int32, weight: Double, charge: Double) {
    let level = level
    withAccount(tenant) { account in
      if account.turns.isEmpty { account.counter = max(account.counter, level) }
      account.weight = weight
      account.running += 1
    }
    count(charge, to: tenant)
    if active.isEmpty { floor = max(floor, accounts[tenant]?.counter ?? 0) }
  }

  /// A turn of a tenant runs no more; it counted too little by `correction`.
  mutating func end(of tenant: Int32, correction: Double) {
    guard accounts[tenant] != nil else { return }
    withAccount(tenant) { $0.running -= 1 }
    count(correction, to: tenant)
    settle(tenant)
  }

  /// Forgets a tenant that has nothing here.
  mutating func forget(_ tenant: Int32) { accounts[tenant] = nil }

  /// Work that is let go before a turn of this rank, if nobody joins.
  ///
  /// Its tenant's turns before it, taken as equally long, and of every other tenant what it is
  /// served until its counter is where this tenant's will be then. O(tenants + the tenant's turns).
  func workAhead(of tenant: Int32, weight: Double, rank: Rank) -> Double {
    let own = accounts[tenant]
    var ahead = 0.0
    if let own, own.turns.count > 0 {
      let before = own.turns.items.count { $0.key < rank }
      ahead = own.work * Double(before) / Double(own.turns.count)
    }
    let counter = active.contains(tenant) ? own?.counter ?? 0 : max(own?.counter ?? 0, level)
    let target = counter + ahead / weight
    for item in active.items where item.id != tenant {
      guard let other = accounts[item.id] else { continue }
      ahead += min(other.work, max(0, (target - other.counter) * other.weight))
    }
    return ahead
  }

  private mutating func count(_ charge: Double, to tenant: Int32) {
    var counter = 0.0
    withAccount(tenant) { account in
      account.counter += charge / account.weight
      counter = account.counter
    }
    guard let key = active.key(of: tenant) else { return }
    active.set(tenant, Counter(value: counter, sequence: key.sequence))
  }

  private mutating func withAccount(_ tenant: Int32, _ body: (inout Account) -> Void) {
    body(&accounts[tenant, default: Account()])
  }

  /// Forgets a tenant that has nothing here and would be lifted anyway; now and then all of them.
  private mutating func settle(_ tenant: Int32) {
    let level = level
    func isOver(_ account: Account) -> Bool {
      account.turns.isEmpty && account.running == 0 && account.counter <= level
    }
    if let account = accounts[tenant], isOver(account) { accounts[tenant] = nil }
    guard accounts.count > sweepCount else { return }
    accounts = accounts.filter { !isOver($0.value) }
    sweepCount = max(64, 2 * accounts.count)
  }
}
