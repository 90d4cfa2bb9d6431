public import Basics
public import FleetSpec

/// An inference engine that computes nothing: it takes the time that a GPU would, holds the KV
/// blocks that it would hold, and tells what it would tell.
///
/// It batches continuously, as vLLM's V1 scheduler does. A step has a budget of tokens: first every
/// decoding sequence gets one, then prompts that are partly computed, then waiting requests in
/// order, a prompt in chunks as large as the budget allows, once all of it has room. A request
/// takes over the blocks of its longest cached prefix when it starts; at least its last token is
/// computed. When a running sequence finds no block, the youngest of the lowest priority is
/// preempted: it goes back to the front of the waiting requests and computes everything again, less
/// what is still cached. A step takes the time of the roofline for its mix of prefill and decode,
/// and what it made comes out at its end; prompt blocks computed in it can be reused from then on.
///
/// The owner calls ``advance(to:into:)`` at ``deadline``. Equal calls give equal outputs. A step
/// costs O(batch), and takes no memory while sequences only decode within their blocks.
public struct SimulatedEngine: Sendable {
  /// Where one sequence is.
  struct Sequence {
    let id: UInt64
    let order: UInt64
    let priority: Int
    let promptTokens: Int
    let outputTokens: Int
    let endReason: EngineFinish.Reason
    let submitted: Instant
    /// Prompt tokens expected in the cache, while it waits.
    var expectedTokens = 0
    /// Prompt tokens found in the cache; nil until it first started.
    var cachedTokens: Int?
    var started: Instant
    var firstToken: Instant?
    /// Tokens of the answer so far.
    var produced = 0
    /// Tokens whose keys and values are in the cache.
    var computed = 0
    /// Tokens that its blocks have room for.
    var room = 0
    /// Tokens that the step in progress computes.
    var scheduled = 0

    /// Tokens of the prompt and of the answer so far.
    var known: Int { promptTokens + produced }
    var isDecoding: Bool { produced > 0 && computed == known - 1 }

    func precedes(_ other: Sequence) -> Bool {
      (other.priority, order) < (priority, other.order)
    }
  }

  /// What the engine is made of.
  public let settings: EngineSettings

  var cache: KVCache
  var cacheEvents = Actions<KVEvent>()

  /// Sequences, their blocks and their hashes, by slot.
  var sequences: [Sequence] = []
  var tables: [KVTable] = []
  private var hashes: [[UInt64]] = []
  private var freeSlots: [Int32] = []
  private var slots: [UInt64: Int32] = [:]

  /// Slots in the batch, the youngest last.
  var running: [Int32] = []
  /// Slots that wait, the next to start last.
  var waiting: [Int32] = []
  /// The slot that could not start, and how many blocks there were for it.
  var blocked: (slot: Int32, available: Int)?

  /// Rounds what would be truncated.
  private static let halfNanosecond = 0.5e-9

  var now = Instant.zero
  private var stepEnd: Instant?
  /// The run of decode steps that is on.
  var decodeRun: DecodeRun?
  /// Goes through the whole batch in every step: what runs are compared with.
  var stepsSingly = false
  private var orders: UInt64 = 0

  /// How many steps were run.
  public private(set) var stepCount = 0
  /// How many times a running sequence had to give up its blocks.
  public internal(set) var preemptionCount = 0
  /// Whether ``EngineOutput/tokens(id:first:count:)`` is told; without, a step in which a batch
  /// only decodes within its blocks costs O(1).
  public var reportsTokens = true
  /// Where it finds blocks beside its own cache, if anywhere; copies of the engine have the same.
  public var externalStore: (any ExternalKVStore)?

  /// Makes an idle engine with an empty cache.
  public init(settings: EngineSettings) {
    self.settings = settings
    cache = KVCache(capacity: settings.blockCount, blockTokens: settings.blockTokens)
  }

  /// When the engine next has something to do; nil while it is idle.
  ///
  /// Mutating for speed only, as ``load``: reading either else copies the engine.
  public var deadline: Instant? {
    mutating get { stepEnd ?? (running.isEmpty && waiting.isEmpty ? nil : now) }
  }

  /// What the engine carries now; O(requests).
  ///
  /// Of a request that waits, what was cached when it was submitted counts as cached.
  public var load: ReplicaLoad {
    mutating get { runLoad ?? batchLoad() }
  }

  private mutating func batchLoad() -> ReplicaLoad {
    var load = ReplicaLoad(
      blocksUsed: cache.heldCount,
      blocksCached: cache.evictableCount,
      running: running.count,
      waiting: waiting.count,
      prefillTokensQueued: 0,
      decoding: 0,
      contextTokens: 0
    )
    for slot in running {
      let sequence = sequences[Int(slot)]
      load.prefillTokensQueued += max(0, sequence.promptTokens - sequence.computed)
      guard sequence.isDecoding else { continue }
      load.decoding += 1
      load.contextTokens += sequence.known
    }
    for slot in waiting {
      load.prefillTokensQueued +=
        sequences[Int(slot)].promptTokens - sequences[Int(slot)].expectedTokens
    }
    return load
  }

  /// Takes a request, or says why not.
  ///
  /// Steps that end before `instant` are run first. None is started at `instant`, so that requests
  /// submitted at one instant start together, at the next ``advance(to:into:)``.
  public mutating func submit(
    _ request: EngineRequest,
    at instant: Instant,
    into outputs: inout Actions<EngineOutput>
  ) -> EngineRefusal? {
    run(until: instant, startingSteps: false, into: &outputs)
    if let refusal = refusal(of: request) { return refusal }
    endRun()
    let (tokens, isStopped) = request.answer
    let tokensMax = tokenLimit - request.promptTokens + 1
    let sequence = Sequence(
      id: request.id,
      order: orders,
      priority: request.priority,
      promptTokens: request.promptTokens,
      outputTokens: min(tokens, tokensMax),
      endReason: isStopped && tokens <= tokensMax ? .stop : .length,
      submitted: now,
      started: now
    )
    orders += 1
    let slot = freeSlots.popLast() ?? Int32(sequences.count)
    if Int(slot) == sequences.count {
      sequences.append(sequence)
      tables.append(KVTable())
      hashes.append([])
    }
    sequences[Int(slot)] = sequence
    hashes[Int(slot)] = Array(
      request.blockHashes.prefix(request.promptTokens / cache.blockTokens)
    )
    slots[request.id] = slot
    enqueue(slot)
    return nil
  }

  /// Takes a request back: it ends now, as cancelled.
  ///
  /// Unknown numbers are ignored, since a request may end while its cancellation is under way.
  public mutating func cancel(
    _ id: UInt64,
    at instant: Instant,
    into outputs: inout Actions<EngineOutput>
  ) {
    run(until: instant, startingSteps: false, into: &outputs)
    guard let slot = slots[id] else { return }
    endRun()
    running.removeAll { $0 == slot }
    waiting.removeAll { $0 == slot }
    end(slot, reason: .cancelled, into: &outputs)
  }

  /// Forgets all blocks kept for reuse; running requests go on.
  public mutating func clearCache(
    at instant: Instant,
    into outputs: inout Actions<EngineOutput>
  ) {
    run(until: instant, startingSteps: false, into: &outputs)
    endRun()
    cache.clear(into: &cacheEvents)
    reportCacheEvents(into: &outputs)
  }

  /// Keeps the blocks of these hashes for reuse, the start of a text that a request which ended has
  /// read and made, as far as there is room.
  public mutating func keep(
    _ hashes: [UInt64],
    at instant: Instant,
    into outputs: inout Actions<EngineOutput>
  ) {
    run(until: instant, startingSteps: false, into: &outputs)
    endRun()
    var table = cache.adopt(hashes, limit: hashes.count)
    let count = min(hashes.count, table.count + cache.availableCount)
    if cache.grow(&table, to: count, into: &cacheEvents) {
      cache.publish(&table, hashes: hashes, through: count, into: &cacheEvents)
    }
    cache.release(&table)
    reportCacheEvents(into: &outputs)
  }

  /// Runs all the steps that are due at `instant`, each from the end of the one before it.
  public mutating func advance(
    to instant: Instant,
    into outputs: inout Actions<EngineOutput>
  ) {
    run(until: instant, startingSteps: true, into: &outputs)
  }

  private mutating func run(
    until instant: Instant,
    startingSteps: Bool,
    into outputs: inout Actions<EngineOutput>
  ) {
    let target = max(instant, now)
    while true {
      if let end = stepEnd {
        guard end <= target else { break }
        (now, stepEnd) = (end, nil)
        if !finishRunStep(into: &outputs) { finishStep(into: &outputs) }
      }
      guard decodeRun != nil || !running.isEmpty || !waiting.isEmpty,
        startingSteps || now < target
      else { break }
      let work = decodeRun?.work ?? startStep(into: &outputs)
      let nanoseconds = (stepSeconds(work) + Self.halfNanosecond) * 1e9
      stepEnd = now.advanced(nanoseconds: nanoseconds < 9.2e18 ? Int64(max(1, nanoseconds)) : .max)
      stepCount += 1
    }
    now = target
  }

  /// Tokens that one sequence can have: what the cache holds, but no more than the model's context.
  private var tokenLimit: Int {
    min(cache.capacity * cache.blockTokens, max(1, settings.roofline.model.contextTokensMax))
  }

  private func refusal(of request: EngineRequest) -> EngineRefusal? {
    let limit = tokenLimit
    if request.promptTokens < 1 { return .promptEmpty }
    if request.promptTokens > limit {
      return .promptTooLong(tokens: request.promptTokens, limit: limit)
    }
    if !request.blockHashes.isEmpty, request.blockTokens != cache.blockTokens {
      return .blockSizeDiffers(tokens: request.blockTokens, engineTokens: cache.blockTokens)
    }
    if slots[request.id] != nil { return .duplicate(id: request.id) }
    if waiting.count >= settings.waitingMax {
      return .queueFull(waiting: waiting.count, limit: settings.waitingMax)
    }
    return nil
  }

  private mutating func finishStep(into outputs: inout Actions<EngineOutput>) {
    var kept = 0
    for position in running.indices {
      let slot = running[position]
      let index = Int(slot)
      let before = sequences[index].computed
      sequences[index].computed += sequences[index].scheduled
      sequences[index].scheduled = 0
      precondition(
        sequences[index].computed <= sequences[index].room,
        "\(sequences[index].computed) tokens in blocks for \(sequences[index].room)"
      )
      if before < sequences[index].promptTokens {
        cache.publish(
          &tables[index],
          hashes: hashes[index],
          through: sequences[index].computed / cache.blockTokens,
          into: &cacheEvents
        )
        reportCacheEvents(into: &outputs)
        store(index, from: before)
      }
      if sequences[index].computed == sequences[index].known {
        let first = sequences[index].produced
        if reportsTokens {
          outputs.append(.tokens(id: sequences[index].id, first: first, count: 1))
        }
        if first == 0 { sequences[index].firstToken = now }
        sequences[index].produced = first + 1
        if first + 1 == sequences[index].outputTokens {
          end(slot, reason: sequences[index].endReason, into: &outputs)
          continue
        }
      }
      running[kept] = slot
      kept += 1
    }
    running.removeLast(running.count - kept)
  }

  private mutating func end(
    _ slot: Int32,
    reason: EngineFinish.Reason,
    into outputs: inout Actions<EngineOutput>
  ) {
    let sequence = sequences[Int(slot)]
    let started = sequence.cachedTokens == nil ? now : sequence.started
    cache.release(&tables[Int(slot)])
    hashes[Int(slot)] = []
    slots[sequence.id] = nil
    freeSlots.append(slot)
    let finish = EngineFinish(
      reason: reason,
      usage: EngineUsage(
        promptTokens: sequence.promptTokens,
        cachedTokens: sequence.cachedTokens ?? 0,
        outputTokens: sequence.produced
      ),
      queued: sequence.submitted.duration(to: started),
      ttft: sequence.firstToken.map { sequence.submitted.duration(to: $0) },
      total: sequence.submitted.duration(to: now)
    )
    outputs.append(.finished(id: sequence.id, finish))
  }

  /// Puts a sequence that has no blocks among those that wait, by priority and age.
  mutating func enqueue(_ slot: Int32) {
    let (hashes, limit) = adoptable(slot)
    let matched = max(cache.matchCount(hashes, limit: limit), externalCount(slot))
    sequences[Int(slot)].expectedTokens = matched * cache.blockTokens
    var (low, high) = (0, waiting.count)
    while low < high {
      let middle = (low + high) / 2
      if sequences[Int(slot)].precedes(sequences[Int(waiting[middle])]) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    waiting.insert(slot, at: low)
  }

  /// The blocks that a sequence could start with.
  func adoptable(_ slot: Int32) -> (hashes: [UInt64], limit: Int) {
    (hashes[Int(slot)], reusableCount(slot))
  }

  /// How many of those are in the external store.
  func externalCount(_ slot: Int32) -> Int {
    let (hashes, limit) = adoptable(slot)
    return externalStore?.matchCount(hashes, limit: limit) ?? 0
  }

  /// Puts the blocks that a sequence has computed beyond `tokens` into the external store.
  private func store(_ index: Int, from tokens: Int) {
    guard let externalStore else { return }
    let end = min(sequences[index].computed / cache.blockTokens, hashes[index].count)
    let start = min(tokens / cache.blockTokens, end)
    externalStore.insert(hashes[index][start..<end])
  }

  /// Whether a request that was taken has made its first token.
  public func hasFirstToken(_ id: UInt64) -> Bool {
    slots[id].map { sequences[Int($0)].produced > 0 } ?? true
  }

  mutating func reportCacheEvents(into outputs: inout Actions<EngineOutput>) {
    guard !cacheEvents.isEmpty else { return }
    for position in 0..<cacheEvents.count { outputs.append(.cache(cacheEvents[position])) }
    cacheEvents.removeAll()
  }

  private func reusableCount(_ slot: Int32) -> Int {
    (sequences[Int(slot)].known - 1) / cache.blockTokens
  }
}
