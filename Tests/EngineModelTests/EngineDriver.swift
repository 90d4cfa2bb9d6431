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

/// A request of `blocks` full blocks and some tokens more, whose hashes start at `hash`.
func request(
  _ id: UInt64,
  blocks: Int,
  more: Int = 0,
  hash: UInt64 = 100,
  output: Int,
  blockTokens: Int = 16
) -> EngineRequest {
  EngineRequest(
    id: id,
    blockHashes: (0..<UInt64(blocks)).map { hash + $0 },
    blockTokens: blockTokens,
    promptTokens: blocks * blockTokens + more,
    length: .exactly(output)
  )
}

extension EngineRequest {
  func with(priority: Int) -> EngineRequest {
    var copy = self
    copy.priority = priority
    return copy
  }
}

extension Roofline {
  /// A toy: 1 ms of arithmetic a token, 10 ms to read the weights, 0.1 ms to read or write the KV
  /// of a token, and attention that takes no time.
  static let toy = Roofline(
    gpu: GPUModel(
      name: "toy",
      memoryBytes: 300_000_000_000_000,
      memoryBytesPerSecond: 2e16,
      bf16FLOPs: 2e17,
      fp8FLOPs: nil,
      interconnectBytesPerSecond: 1,
      source: "made up"
    ),
    gpuCount: 1,
    model: ModelArchitecture(
      name: "toy",
      parameters: 100_000_000_000_000,
      layers: 1,
      heads: 1,
      kvHeads: 1,
      headSize: 1,
      kvBytes: 1e12,
      contextTokensMax: 100_000
    ),
    efficiency: .init(compute: 1, memory: 1, stepOverheadSeconds: 0)
  )
}

extension EngineSettings {
  /// The toy with blocks of 16 tokens.
  static func test(blockCount: Int = 64) throws -> EngineSettings {
    try #require(EngineSettings(roofline: .toy, blockTokens: 16, blockCount: blockCount))
  }
}

extension Instant {
  static func at(milliseconds: Int) -> Instant {
    .zero.advanced(by: .milliseconds(milliseconds))
  }
}
