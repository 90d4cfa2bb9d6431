public import Basics

import func Glibc.exp2

/// Watches whether as many prompt tokens are found in caches as was predicted, in each replica and
/// in the whole fleet, and raises an alarm where that is not so.
///
/// Routing goes on as before: an operator is told, instead of a silent fall back to routing that
/// ignores caches. Shares are of tokens, and what is older counts less: half after each half-life.
/// With few turns a share says little, so nothing is judged below ``Settings/samplesMin`` turns,
/// counted as Kish's effective sample size, (sum of weights)² / (sum of squared weights), so that
/// one long prompt is not taken for many turns.
public struct HitRateMonitor: Sendable {
  /// When an alarm is raised and cleared.
  public struct Settings: Sendable {
    /// After which time a turn counts half, in wall time.
    public var halfLife: Duration
    /// How far the shares must be apart for an alarm.
    public var margin: Double
    /// How close they must be for the alarm to be over.
    public var clearMargin: Double
    /// Turns that it takes to judge.
    public var samplesMin: Double

    /// Makes settings: 2 minutes, an alarm from 0.10 apart, over below 0.05, from 50 turns on.
    public init(
      halfLife: Duration = .seconds(120),
      margin: Double = 0.10,
      clearMargin: Double = 0.05,
      samplesMin: Double = 50
    ) {
      self.halfLife = halfLife
      self.margin = margin
      self.clearMargin = clearMargin
      self.samplesMin = samplesMin
    }
  }

  /// Predicted and actual share of prompt tokens that were found in caches.
  public struct Rate: Sendable, Hashable {
    /// The share that was predicted.
    public let predicted: Double
    /// The share that was found.
    public let actual: Double
    /// How many turns it comes from, in effect.
    public let samples: Double
    /// Whether the two are too far apart.
    public let isDrifting: Bool
  }

  /// Whose hit rate drifts, or does so no longer.
  public struct Change: Sendable, Hashable {
    /// The replica's slot; nil for the whole fleet.
    public let slot: Int32?
    /// The shares at that moment.
    public let rate: Rate
  }

  private struct Sums: Sendable {
    var generation: UInt32 = 0
    var latest = Instant.zero
    var (tokens, predicted, actual, squares) = (0.0, 0.0, 0.0, 0.0)
    var isDrifting = false

    var rate: Rate {
      guard tokens > 0 else {
        return Rate(predicted: 0, actual: 0, samples: 0, isDrifting: isDrifting)
      }
      return Rate(
        predicted: predicted / tokens,
        actual: actual / tokens,
        samples: tokens * tokens / squares,
        isDrifting: isDrifting
      )
    }

    mutating func age(to now: Instant, _ settings: Settings) {
      let passed = latest.seconds(to: now)
      guard passed > 0 else { return }
      let left = exp2(-passed / settings.halfLife.inSeconds)
      (tokens, predicted, actual) = (tokens * left, predicted * left, actual * left)
      squares *= left * left
      latest = now
    }

    /// Whether the alarm changed.
    mutating func judge(_ settings: Settings) -> Bool {
      let rate = rate
      guard rate.samples >= settings.samplesMin else { return false }
      let distance = abs(rate.predicted - rate.actual)
      let drifts = distance >= (isDrifting ? settings.clearMargin : settings.margin)
      defer { isDrifting = drifts }
      return drifts != isDrifting
    }
  }

  private let settings: Settings
  private var whole = Sums()
  private var replicas: [Sums] = []

  /// Makes a monitor that has seen nothing.
  public init(settings: Settings = .init()) {
    self.settings = settings
  }

  /// The whole fleet's rate.
  public var fleet: Rate { whole.rate }

  /// The rate of the replica in a slot that is of this generation; nil when it has had no turns.
  public func rate(of slot: Int32, generation: UInt32) -> Rate? {
    guard replicas.indices.contains(Int(slot)), replicas[Int(slot)].generation == generation else {
      return nil
    }
    return replicas[Int(slot)].rate
  }

  /// A turn had its first token: `actual` of its prompt's tokens were found in the cache.
  ///
  /// Appends whose alarm was raised or cleared by that, if any, to `changes`.
  public mutating func add(
    _ prediction: Prediction,
    actual: Int,
    at now: Instant,
    into changes: inout [Change]
  ) {
    let slot = Int(prediction.slot)
    while replicas.count <= slot { replicas.append(Sums()) }
    if replicas[slot].generation != prediction.generation {
      // A late report of a replica that had the slot before: its successor keeps its own.
      guard prediction.generation > replicas[slot].generation else { return }
      replicas[slot] = Sums()
      replicas[slot].generation = prediction.generation
    }
    add(prediction, actual, at: now, to: &replicas[slot])
    if replicas[slot].judge(settings) {
      changes.append(.init(slot: prediction.slot, rate: replicas[slot].rate))
    }
    add(prediction, actual, at: now, to: &whole)
    if whole.judge(settings) { changes.append(.init(slot: nil, rate: whole.rate)) }
  }

  private func add(
    _ prediction: Prediction,
    _ actual: Int,
    at now: Instant,
    to sums: inout Sums
  ) {
    sums.age(to: now, settings)
    let tokens = Double(prediction.promptTokens)
    sums.tokens += tokens
    sums.predicted += Double(min(prediction.cachedTokens, prediction.promptTokens))
    sums.actual += Double(min(max(0, actual), prediction.promptTokens))
    sums.squares += tokens * tokens
  }
}
