public import Basics

import func Glibc.exp

/// Who asks for what, and where from.
public struct DemandKey: Sendable, Hashable {
  /// The model.
  public var model: ModelID
  /// The adapter; nil for the model itself.
  public var adapter: AdapterID?
  /// The region where the turns enter; nil when unknown.
  public var origin: RegionID?

  /// Makes a key.
  public init(model: ModelID, adapter: AdapterID? = nil, origin: RegionID? = nil) {
    self.model = model
    self.adapter = adapter
    self.origin = origin
  }
}

/// What is asked of a model, from one region: loads are those of a second.
public struct DemandRow: Sendable, Hashable {
  /// Who asks.
  public var key: DemandKey
  /// The last minutes.
  public var minutes: TurnLoad
  /// The last hour.
  public var hour: TurnLoad

  /// Makes a row.
  public init(_ key: DemandKey, minutes: TurnLoad, hour: TurnLoad) {
    self.key = key
    self.minutes = minutes
    self.hour = hour
  }
}

/// Rates of what is asked for, by model, adapter and region of origin; turns that were refused
/// count as much as those that ran.
///
/// Rates are exponentially weighted: a turn counts 1/e as much after ``Settings/minutes``, and in
/// the other rates after ``Settings/hour``. While less time has passed since the first turn, rates
/// are means over that time, of 10 s at least. Turns are weighted when they are recorded and not
/// touched again, so that recording costs one look-up; it takes memory for new keys, and once in
/// hours. Of keys there are ``Settings/entriesMax`` at most: where there would be more, the quarter
/// with least demand is forgotten.
public struct DemandTable: Sendable {
  /// How demand is kept.
  public struct Settings: Sendable, Hashable {
    /// The short horizon: 5 minutes.
    public var minutes = Duration.seconds(300)
    /// The long horizon: an hour.
    public var hour = Duration.seconds(3600)
    /// Most keys: 4,096.
    public var entriesMax = 4_096

    /// Makes settings with the defaults.
    public init() {}
  }

  private struct Entry {
    var minutes = TurnLoad()
    var hour = TurnLoad()
  }

  /// Seconds that rates are means over at least.
  private static let secondsMin = 10.0
  /// Weights are scaled down before they are e to the power of this.
  private static let exponentMax = 40.0
  /// Names of refused requests that are remembered.
  private static let refusedMax = 4_096

  private let settings: Settings
  private let tau: (minutes: Double, hour: Double)
  private var entries: [DemandKey: Entry] = [:]
  /// By the low bits of the hash of its name, a request that was counted and not placed.
  private var refused: [UInt64]
  private var start: Instant?
  /// When weights were 1.
  private var landmark = Instant.zero
  private var latest = Instant.zero

  /// Makes a table without demand.
  public init(settings: Settings = .init()) {
    precondition(settings.entriesMax > 3, "a table of \(settings.entriesMax) keys")
    self.settings = settings
    tau = (max(1, settings.minutes.inSeconds), max(1, settings.hour.inSeconds))
    refused = Array(repeating: 0, count: Self.refusedMax)
  }

  /// How many keys there are.
  public var count: Int { entries.count }

  /// Counts a turn when it is first asked for.
  ///
  /// - Parameters:
  ///   - key: what is asked for, and where from.
  ///   - promptTokens: length of its prompt.
  ///   - cachedTokens: tokens of it that its replica holds; nil for a turn that has no replica, of
  ///     which as much is taken to be cached as of its like.
  ///   - outputTokens: length that its answer is expected to have.
  ///   - request: a hash of the request's name; 0 when it has none. One that was not placed and is
  ///     asked for again is not counted again.
  ///   - now: when; an instant earlier than one already seen is taken as the latest seen.
  public mutating func record(
    _ key: DemandKey,
    promptTokens: Int,
    cachedTokens: Int?,
    outputTokens: Double,
    request: UInt64 = 0,
    at now: Instant
  ) {
    latest = max(latest, now)
    guard isNew(request, isPlaced: cachedTokens != nil) else { return }
    if start == nil { (start, landmark) = (latest, latest) }
    if landmark.seconds(to: latest) > Self.exponentMax * tau.minutes { rescale() }
    let age = landmark.seconds(to: latest)
    let (weight, slowWeight) = (exp(age / tau.minutes), exp(age / tau.hour))
    if entries[key] == nil, entries.count >= settings.entriesMax { forgetLeast() }
    Self.add(
      to: &entries[key, default: Entry()],
      Double(promptTokens),
      cachedTokens.map { Double($0) },
      outputTokens,
      weight: (weight, slowWeight)
    )
  }

  /// The demand at an instant, greatest first.
  public func rows(at now: Instant) -> [DemandRow] {
    guard let start else { return [] }
    let age = landmark.seconds(to: max(latest, now))
    let elapsed = start.seconds(to: max(latest, now))
    let scale = (
      Self.scale(age, elapsed, tau.minutes), Self.scale(age, elapsed, tau.hour)
    )
    return entries.map { key, entry in
      DemandRow(key, minutes: entry.minutes * scale.0, hour: entry.hour * scale.1)
    }.sorted { ($1.hour.turns, $0.key) < ($0.hour.turns, $1.key) }
  }

  /// From a weighted sum to a rate: the weights of all the time since the start add up to
  /// tau (1 - exp(-elapsed / tau)).
  private static func scale(_ age: Double, _ elapsed: Double, _ tau: Double) -> Double {
    exp(-age / tau) / (tau * (1 - exp(-max(secondsMin, elapsed) / tau)))
  }

  private static func add(
    to entry: inout Entry,
    _ promptTokens: Double,
    _ cachedTokens: Double?,
    _ outputTokens: Double,
    weight: (Double, Double)
  ) {
    let known = entry.hour.promptTokens
    let cachedShare = known > 0 ? 1 - entry.hour.uncachedTokens / known : 0
    let load = TurnLoad(
      promptTokens: promptTokens,
      cachedTokens: cachedTokens ?? promptTokens * cachedShare,
      outputTokens: outputTokens,
      isMet: cachedTokens != nil
    )
    entry.minutes += load * weight.0
    entry.hour += load * weight.1
  }

  private mutating func isNew(_ request: UInt64, isPlaced: Bool) -> Bool {
    guard request != 0 else { return true }
    let place = Int(truncatingIfNeeded: request % UInt64(Self.refusedMax))
    let isKnown = refused[place] == request
    if isPlaced {
      if isKnown { refused[place] = 0 }
    } else {
      refused[place] = request
    }
    return !isKnown
  }

  private mutating func rescale() {
    let age = landmark.seconds(to: latest)
    let scale = (exp(-age / tau.minutes), exp(-age / tau.hour))
    entries = entries.mapValues { Entry(minutes: $0.minutes * scale.0, hour: $0.hour * scale.1) }
    landmark = latest
  }

  private mutating func forgetLeast() {
    let least = entries.sorted { ($0.value.hour.turns, $0.key) < ($1.value.hour.turns, $1.key) }
    for (key, _) in least.prefix(max(1, settings.entriesMax / 4)) { entries[key] = nil }
  }
}

extension DemandKey: Comparable {
  /// By name, for stable listings.
  public static func < (left: DemandKey, right: DemandKey) -> Bool {
    if left.model != right.model { return left.model < right.model }
    let adapters = (left.adapter?.text ?? "", right.adapter?.text ?? "")
    if adapters.0 != adapters.1 { return adapters.0 < adapters.1 }
    return (left.origin?.text ?? "") < (right.origin?.text ?? "")
  }
}
