import ArgumentParser
import Basics

/// How much denser requests arrive than in their trace.
enum TraceLoad {
  /// What is allowed: at less, a trace of a year would outlast every clock.
  static let range = 0.01...1_000

  /// Says so when an option gives another.
  static func check(_ load: Double, of option: String) throws {
    guard range.contains(load) else {
      throw ValidationError("\(option) is from \(range.lowerBound.text()) to 1000")
    }
  }
}
