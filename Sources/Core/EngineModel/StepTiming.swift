import FleetSpec

/// What a step of a simulated engine takes.
public enum StepTiming: Sendable, Hashable {
  /// The roofline of the engine's GPU and model.
  case roofline
  /// Curves that were fitted to some engine.
  case polynomial(StepPolynomial)

  /// The timings that have a name.
  public static let named: KeyValuePairs<String, StepTiming> = [
    "roofline": .roofline,
    "dynamo-mocker": .polynomial(.dynamoMocker(attendsToContext: false)),
    "dynamo-mocker-attention": .polynomial(.dynamoMocker(attendsToContext: true)),
  ]
}

/// Seconds of a step as one curve of the prompt tokens that it computes, and another, if a sequence
/// gets a token, of the share of KV blocks in use.
public struct StepPolynomial: Sendable, Hashable {
  /// constant + linear x + quadratic x^2, in seconds.
  public struct Curve: Sendable, Hashable {
    /// At 0.
    public var constant: Double
    /// For each x.
    public var linear: Double
    /// For each x^2.
    public var quadratic: Double

    /// Makes a curve.
    public init(constant: Double, linear: Double, quadratic: Double) {
      (self.constant, self.linear, self.quadratic) = (constant, linear, quadratic)
    }

    func callAsFunction(_ x: Double) -> Double { constant + x * (linear + x * quadratic) }
  }

  /// Of the prompt tokens of the step; nothing where there is none.
  public var prefill: Curve
  /// Of the share of KV blocks that sequences hold, at most 1; nothing when no sequence gets a
  /// token.
  public var decode: Curve
  /// Whether tokens attend to all before them in their prompt, as they do in truth: the quadratic
  /// part goes by pairs of tokens then.
  ///
  /// Without, it goes by the tokens of the step alone, whosever and after however many.
  public var attendsToContext: Bool

  /// Makes a timing.
  public init(prefill: Curve, decode: Curve, attendsToContext: Bool) {
    (self.prefill, self.decode) = (prefill, decode)
    self.attendsToContext = attendsToContext
  }

  /// The default of the engine model in NVIDIA Dynamo's mocker and trace replay: 16.5 ms + 15.2 us
  /// a token + 0.42 ns a token squared, and 5.74 ms + 54 u - 25.7 u^2 for the share u.
  ///
  /// Source: ai-dynamo/aisimulate, `polynomial_prefill_time` and `polynomial_decode_time`. There
  /// tokens attend to those of their step only; with `attendsToContext` the same curve is followed
  /// to the end of a prompt that takes many steps.
  public static func dynamoMocker(attendsToContext: Bool) -> StepPolynomial {
    StepPolynomial(
      prefill: Curve(constant: 16.50142e-3, linear: 1.518344e-5, quadratic: 4.209989e-10),
      decode: Curve(constant: 5.74e-3, linear: 54.01e-3, quadratic: -25.74e-3),
      attendsToContext: attendsToContext
    )
  }

  /// Seconds of a step; `pairs` are those of a token that is computed and one that it attends to.
  func seconds(tokens: Double, pairs: Double, isDecoding: Bool, share: Double) -> Double {
    var seconds = isDecoding ? decode(min(1, share)) : 0
    if tokens > 0 {
      seconds +=
        attendsToContext
        ? prefill.constant + tokens * prefill.linear + 2 * pairs * prefill.quadratic
        : prefill(tokens)
    }
    return seconds
  }
}
