import Basics
import EngineModel

extension SimulatedEngine {
  /// Most steps that a forecast runs; later first tokens are never.
  private static let forecastStepsMax = 100_000

  /// When a request that arrives at `arrival` would have its first token, if after the `earlier`
  /// ones, in the order of their arrival, nothing else came; nil if it were refused, or had none
  /// before `limit`.
  ///
  /// Runs a copy forward; the engine itself stays as it is. Takes the memory of the engine and the
  /// time of the steps until then.
  func firstToken(
    of request: EngineRequest,
    at arrival: Instant,
    after earlier: [(request: EngineRequest, arrival: Instant)] = [],
    before limit: Instant = .distantFuture
  ) -> Instant? {
    var twin = self
    var outputs = Actions<EngineOutput>()
    twin.reportsTokens = false
    twin.externalStore = nil
    for (request, arrival) in earlier {
      _ = twin.submit(request, at: arrival, into: &outputs)
    }
    guard twin.submit(request, at: arrival, into: &outputs) == nil else { return nil }
    for _ in 0..<Self.forecastStepsMax {
      outputs.removeAll()
      guard let step = twin.deadline, step < limit else { return nil }
      twin.advance(to: step, into: &outputs)
      if twin.hasFirstToken(request.id) { return step }
    }
    return nil
  }
}
