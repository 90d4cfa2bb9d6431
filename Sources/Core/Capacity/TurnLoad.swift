public import FleetSpec

import func Glibc.log
import func Glibc.pow

/// What turns ask for, as sums from which their cost on any replica follows, whatever GPU and model
/// that has: the sums of one turn, of many, or of those of a second.
///
/// Lanes, so that a multiplication or two let all of them decay.
public struct TurnLoad: Sendable, Hashable {
  private var lanes = SIMD16<Double>.zero
  /// Turns by the tokens of their prompts that must be computed: lane k has those from
  /// ``lengthBounds``[k] tokens on, less those of the next.
  private var lengths = SIMD16<Double>.zero

  /// The least tokens of each lane of lengths: from 1,024 on in steps of the root of 2, to 185,364;
  /// the first lane has all that are shorter too.
  private static let lengthBounds = (0..<16).map { 1_024 * pow(2, Double($0) / 2) }

  /// Makes the load of no turn.
  public init() {}

  /// Makes the load of one turn.
  ///
  /// - Parameters:
  ///   - promptTokens: length of the prompt.
  ///   - cachedTokens: tokens of it that need not be computed.
  ///   - outputTokens: length of the answer, at least 1.
  ///   - isMet: whether it was placed at once.
  public init(promptTokens: Double, cachedTokens: Double, outputTokens: Double, isMet: Bool = true)
  {
    let uncached = max(0, promptTokens - cachedTokens)
    let output = max(1, outputTokens)
    lanes[0] = 1
    lanes[1] = isMet ? 0 : 1
    lanes[2] = promptTokens
    lanes[3] = uncached
    lanes[4] = output
    lanes[5] = uncached * cachedTokens + uncached * (uncached + 1) / 2
    lanes[6] = (output - 1) * (promptTokens + output / 2)
    lanes[7] = uncached * uncached
    lanes[8] = uncached * attentionPairs
    lanes[9] = attentionPairs * attentionPairs
    lengths[max(0, (Self.lengthBounds.firstIndex { $0 > uncached } ?? 16) - 1)] = 1
  }

  /// Turns.
  public var turns: Double { lanes[0] }
  /// Those of them that were not placed when they were first asked for: refused, or left waiting.
  public var unmetTurns: Double { lanes[1] }
  /// Tokens of their prompts.
  public var promptTokens: Double { lanes[2] }
  /// Those of them that must be computed.
  public var uncachedTokens: Double { lanes[3] }
  /// Tokens of their answers.
  public var outputTokens: Double { lanes[4] }
  /// Pairs of a computed token and one that it attends to: u c + u (u + 1) / 2 for u tokens after
  /// c.
  public var attentionPairs: Double { lanes[5] }
  /// KV tokens that their decode steps read: (o - 1) (p + o / 2) for an answer of o after p.
  public var contextReads: Double { lanes[6] }
  /// Decode steps: the first token of an answer comes from the prefill.
  public var decodeSteps: Double { max(0, outputTokens - turns) }

  /// Operations of their prefill on a model.
  public func prefillFLOPs(_ rates: StepRates) -> Double {
    uncachedTokens * rates.flopsPerToken + attentionPairs * rates.attentionFLOPs
  }

  /// Squares of the operations of each one's prefill, which tell how uneven they are.
  public func prefillFLOPsSquared(_ rates: StepRates) -> Double {
    let (linear, quadratic) = (rates.flopsPerToken, rates.attentionFLOPs)
    return linear * linear * lanes[7] + 2 * linear * quadratic * lanes[8]
      + quadratic * quadratic * lanes[9]
  }

  /// The share of turns of whose prompts more than so many tokens must be computed; within a lane
  /// of lengths they count as spread evenly over the logarithm.
  public func share(computingMoreThan tokens: Double) -> Double {
    guard turns > 0, tokens > 0 else { return turns > 0 ? 1 : 0 }
    var more = 0.0
    for lane in 0..<16 where lengths[lane] > 0 {
      let least = lane == 0 ? 1 : Self.lengthBounds[lane]
      let most = lane == 15 ? 2_097_152 : Self.lengthBounds[lane + 1]
      let part = log(most / max(tokens, least)) / log(most / least)
      more += lengths[lane] * max(0, min(1, part))
    }
    return min(1, more / turns)
  }

  /// The load of one turn on average; `nominal` where there is none.
  public var mean: TurnLoad { turns > 0 ? self * (1 / turns) : .nominal }

  /// A turn like those of the public Mooncake conversation trace, with a cold cache: 12,035 tokens
  /// and 343 of answer on average.
  ///
  /// It stands for turns where there were none.
  public static let nominal = TurnLoad(promptTokens: 12_035, cachedTokens: 0, outputTokens: 343)

  /// All lanes times a number.
  public static func * (load: TurnLoad, factor: Double) -> TurnLoad {
    var product = load
    product.lanes *= factor
    product.lengths *= factor
    return product
  }

  /// Both together.
  public static func + (left: TurnLoad, right: TurnLoad) -> TurnLoad {
    var sum = left
    sum += right
    return sum
  }

  /// Adds a load.
  public static func += (left: inout TurnLoad, right: TurnLoad) {
    left.lanes += right.lanes
    left.lengths += right.lengths
  }
}
