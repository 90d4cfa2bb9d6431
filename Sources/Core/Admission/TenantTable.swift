import Basics

/// The tenants that are known, by dense numbers, with what each may have and has.
///
/// Those that the settings name stay; of the others, one that has nothing waiting or running is
/// forgotten when there is no room for a new one, the one that was heard of least recently first.
struct TenantTable: Sendable {
  struct Tenant: Sendable {
    let id: TenantID
    let limits: TenantLimits
    let isNamed: Bool
    var requests: TokenBucket?
    var tokens: TokenBucket?
    /// Turns that wait, and the memory that they take, in bytes.
    var waiting = 0
    var waitingBytes = 0
    /// Turns that arrived and have not ended, those that wait included.
    var held = 0
  }

  private(set) var tenants: [Tenant] = []
  private var numbers: [TenantID: Int32] = [:]
  private var idle = IndexedHeap<UInt64>()
  private var uses: UInt64 = 0
  private var unnamedCount = 0

  subscript(number: Int32) -> Tenant {
    get { tenants[Int(number)] }
    set { tenants[Int(number)] = newValue }
  }

  /// How many are known.
  var count: Int { tenants.count }

  func number(of id: TenantID) -> Int32? { numbers[id] }

  /// The number of a new tenant, or nil when there is no room.
  ///
  /// The tenant that `forget` is called with has lost its number to it.
  mutating func enter(
    _ id: TenantID,
    _ settings: AdmissionSettings,
    at now: Instant,
    forget: (Int32) -> Void
  ) -> Int32? {
    let isNamed = settings.tenants[id] != nil
    var number = Int32(tenants.count)
    if !isNamed, unnamedCount >= settings.tenantsMax {
      guard let oldest = idle.first?.id else { return nil }
      idle.remove(oldest)
      numbers[self[oldest].id] = nil
      forget(oldest)
      number = oldest
    } else if !isNamed {
      unnamedCount += 1
    }
    let limits = settings.limits(of: id)
    let burst = settings.burst.inSeconds
    func bucket(_ perMinute: Int?) -> TokenBucket? {
      perMinute.map { limit in
        let perSecond = Double(max(1, limit)) / 60
        return TokenBucket(perSecond: perSecond, capacity: max(1, perSecond * burst), at: now)
      }
    }
    let tenant = Tenant(
      id: id,
      limits: limits,
      isNamed: isNamed,
      requests: bucket(limits.requestsPerMinute),
      tokens: bucket(limits.tokensPerMinute)
    )
    if Int(number) == tenants.count { tenants.append(tenant) } else { self[number] = tenant }
    numbers[id] = number
    rest(number)
    return number
  }

  /// A tenant has one more turn.
  mutating func hold(_ number: Int32) {
    tenants[Int(number)].held += 1
    idle.remove(number)
  }

  /// A tenant has one turn less.
  mutating func release(_ number: Int32) {
    tenants[Int(number)].held -= 1
    rest(number)
  }

  mutating func wait(_ number: Int32, _ change: Int, bytes: Int) {
    tenants[Int(number)].waiting += change
    tenants[Int(number)].waitingBytes += change * bytes
  }

  /// Takes tokens of a tenant's quota, or gives back a negative amount.
  mutating func take(tokens: Int, of number: Int32) {
    tenants[Int(number)].tokens?.take(Double(tokens))
  }

  /// A request counts no more.
  mutating func giveBackRequest(of number: Int32) { tenants[Int(number)].requests?.take(-1) }

  /// Why a tenant may not begin a turn now, and the seconds until it may; nil when it may, and then
  /// its quotas have been used.
  mutating func use(
    _ number: Int32,
    tokens: Int,
    at now: Instant
  ) -> (reason: AdmissionRefusal.Reason, seconds: Double?)? {
    let limits = self[number].limits
    if let limit = limits.concurrentTurns, self[number].held >= limit {
      return (.concurrency(limit: limit), nil)
    }
    if let wait = tenants[Int(number)].requests?.secondsUntil(1, at: now), wait > 0 {
      let burst = Int(self[number].requests?.capacity ?? 0)
      return (.requestQuota(perMinute: limits.requestsPerMinute ?? 0, burst: burst), wait)
    }
    if let wait = tenants[Int(number)].tokens?.secondsUntil(Double(tokens), at: now), wait > 0 {
      let burst = Int(self[number].tokens?.capacity ?? 0)
      let perMinute = limits.tokensPerMinute ?? 0
      return (.tokenQuota(perMinute: perMinute, burst: burst, asked: tokens), wait)
    }
    charge(number, tokens: tokens)
    return nil
  }

  /// Uses a tenant's quotas, also where it has had as much as it may.
  mutating func charge(_ number: Int32, tokens: Int) {
    tenants[Int(number)].requests?.take(1)
    take(tokens: tokens, of: number)
  }

  private mutating func rest(_ number: Int32) {
    guard self[number].held == 0, !self[number].isNamed else { return }
    uses += 1
    idle.set(number, uses)
  }
}
