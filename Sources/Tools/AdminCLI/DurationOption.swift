import ArgumentParser
import Basics

/// The time that an option's text says; nil where it has none.
func duration(
  _ option: String,
  _ text: String?,
  in range: ClosedRange<Duration>? = nil,
  example: String
) throws -> Duration? {
  guard let text else { return nil }
  guard let time = Duration(text: text) else {
    throw ValidationError(
      "\(option): \(text.quoted(limit: 60)) is not a duration (try \(example))"
    )
  }
  if let range, !range.contains(time) {
    throw ValidationError("\(option) is from \(range.lowerBound.text) to \(range.upperBound.text)")
  }
  return time
}
