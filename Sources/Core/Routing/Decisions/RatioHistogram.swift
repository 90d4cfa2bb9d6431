import func Glibc.exp2
import func Glibc.log2

/// How far predictions are off, as ratios of what happened to what was predicted: a histogram of
/// fixed size that forgets.
///
/// Bins are eighths of an octave from 1/32 to 32, so a figure is right to 5 %; what is beyond
/// counts in the outermost. All counts are halved whenever there are ``samplesMax``, so the figures
/// are those of the latest few thousand turns.
public struct RatioHistogram: Sendable {
  /// How many samples there may be before the older ones count half.
  public static let samplesMax: UInt32 = 8_192

  private static let binsPerOctave = 8
  private static let octaves = 5
  private static let binCount = 2 * octaves * binsPerOctave + 1

  private var bins = [UInt32](repeating: 0, count: binCount)

  /// How many samples the figures come from.
  public private(set) var count: UInt32 = 0

  /// Makes an empty histogram.
  public init() {}

  /// Takes in what was predicted and what happened; nothing when either is not above 0.
  public mutating func add(predicted: Double, actual: Double) {
    guard predicted > 0, actual > 0, predicted.isFinite, actual.isFinite else { return }
    if count >= Self.samplesMax {
      count = 0
      for bin in bins.indices {
        bins[bin] /= 2
        count += bins[bin]
      }
    }
    let middle = Self.octaves * Self.binsPerOctave
    let offset = (log2(actual / predicted) * Double(Self.binsPerOctave)).rounded()
    bins[middle + Int(max(-Double(middle), min(Double(middle), offset)))] += 1
    count += 1
  }

  /// The median ratio of what happened to what was predicted; 0 without samples.
  public var median: Double {
    quantile(0.5, Array(bins.enumerated().map { (Self.ratio($0.offset), $0.element) }))
  }

  /// The factor, at least 1, by which nine of ten predictions are off at most, either way; 0
  /// without samples.
  public var p90Factor: Double {
    let middle = Self.octaves * Self.binsPerOctave
    let folded = (0...middle).map { distance in
      let both = distance == 0 ? 0 : bins[middle - distance]
      return (Self.ratio(middle + distance), bins[middle + distance] + both)
    }
    return quantile(0.9, folded)
  }

  private func quantile(_ share: Double, _ values: [(ratio: Double, count: UInt32)]) -> Double {
    guard count > 0 else { return 0 }
    var left = (Double(count) * share).rounded(.up)
    for value in values {
      left -= Double(value.count)
      if left <= 0 { return value.ratio }
    }
    return values.last?.ratio ?? 0
  }

  private static func ratio(_ bin: Int) -> Double {
    exp2(Double(bin - octaves * binsPerOctave) / Double(binsPerOctave))
  }
}
