import Basics
import EngineModel
import FleetSpec
import Testing

/// An engine and all it said, checked as it goes: every request starts, makes its tokens in order
/// and ends once, and cache events agree with the counts.
struct EngineDriver {
  var engine: SimulatedEngine
  var log: [EngineOutput] = []
  var residents: Set<UInt64> = []
  var finished: [UInt64: EngineFinish] = [:]
  private var produced: [UInt64: Int] = [:]
  private var outputs = Actions<EngineOutput>()

  init(_ settings: EngineSettings) {
    engine = SimulatedEngine(settings: settings)
  }

  mutating func submit(_ request: EngineRequest, at instant: Instant) -> EngineRefusal? {
    let refusal = engine.submit(request, at: instant, into: &outputs)
    collect()
    if refusal == nil { #expect(produced.updateValue(0, forKey: request.id) == nil) }
    return refusal
  }

  mutating func cancel(_ id: UInt64, at instant: Instant) {
    engine.cancel(id, at: instant, into: &outputs)
    collect()
  }

  mutating func clearCache(at instant: Instant) {
    engine.clearCache(at: instant, into: &outputs)
    collect()
  }

  mutating func advance(to instant: Instant) {
    engine.advance(to: instant, into: &outputs)
    collect()
  }

  /// Advances from deadline to deadline until nothing is left, or `steps` were run; says when that
  /// was.
  @discardableResult
  mutating func drain(steps: Int = .max) -> Instant {
    var last = Instant.zero
    let end = steps == .max ? .max : engine.stepCount + steps
    while engine.stepCount < end, let deadline = engine.deadline {
      last = deadline
      advance(to: deadline)
    }
    return last
  }

  private mutating func collect() {
    for output in outputs.take() {
      log.append(output)
      switch output {
      case .started: break
      case .tokens(let id, let first, let count):
        #expect(produced[id] == first && finished[id] == nil)
        produced[id] = first + count
      case .finished(let id, let finish):
        #expect(finished.updateValue(finish, forKey: id) == nil)
        #expect(finish.usage.outputTokens == produced[id])
      case .cache(.stored(let hashes)):
        for hash in hashes { #expect(residents.insert(hash).inserted) }
      case .cache(.removed(let hashes)):
        for hash in hashes { #expect(residents.remove(hash) != nil) }
      case .cache(.cleared): residents = []
      }
    }
    let load = engine.load
    #expect(load.blocksUsed + load.blocksCached <= engine.settings.blockCount)
    #expect(load.running <= engine.settings.runningMax)
  }
}

extension EngineRequest {
  func with(priority: Int) -> EngineRequest {
    var copy = self
    copy.priority = priority
    return copy
  }
}

extension Instant {
  static func at(milliseconds: Int) -> Instant {
    .zero.advanced(by: .milliseconds(milliseconds))
  }
}
