import Basics
import FleetSpec

extension SimulatedEngine {
  /// Decides what the next step computes.
  mutating func startStep(into outputs: inout Actions<EngineOutput>) -> Roofline.Step {
    let preemptionsBefore = preemptionCount
    var budget = settings.stepTokensMax
    scheduleRunning(decoding: true, &budget)
    scheduleRunning(decoding: false, &budget)
    if preemptionCount == preemptionsBefore { admit(&budget, into: &outputs) }
    reportCacheEvents(into: &outputs)
    let work = work
    beginRun(work)
    return work
  }

  /// What a step takes that was just decided.
  func stepSeconds(_ work: Roofline.Step) -> Double {
    let rates = settings.roofline.rates
    guard case .polynomial(let timing) = settings.timing else { return rates.stepSeconds(work) }
    let endsPrompt = { [self] in
      running.contains { slot in
        let sequence = sequences[Int(slot)]
        return sequence.scheduled > 0 && sequence.computed + sequence.scheduled == sequence.known
      }
    }
    return timing.seconds(
      tokens: work.prefillTokens,
      pairs: work.prefillAttentionFLOPs / rates.attentionFLOPs,
      isDecoding: work.decoding > 0 || endsPrompt(),
      share: Double(cache.heldCount) / Double(cache.capacity)
    )
  }

  /// What the step computes, once it is decided.
  private var work: Roofline.Step {
    var work = Roofline.Step()
    let model = settings.roofline.model
    for slot in running where sequences[Int(slot)].scheduled > 0 {
      let sequence = sequences[Int(slot)]
      if sequence.isDecoding {
        work.decoding += 1
        work.contextTokens += Double(sequence.known)
      } else {
        let tokens = Double(sequence.scheduled)
        work.prefillTokens += tokens
        work.prefillAttentionFLOPs +=
          model.attentionFLOPs(tokens: tokens, context: Double(sequence.computed))
      }
    }
    return work
  }

  /// Gives tokens of the budget to the sequences in the batch that decode, or to those that don't.
  private mutating func scheduleRunning(decoding: Bool, _ budget: inout Int) {
    var position = 0
    while position < running.count {
      let index = Int(running[position])
      if sequences[index].isDecoding == decoding {
        let count = min(budget, sequences[index].known - sequences[index].computed)
        let end = sequences[index].computed + count
        if end <= sequences[index].room || makeRoom(end, at: &position) {
          sequences[index].scheduled = count
          budget -= count
        }
      }
      position += 1
    }
  }

  /// Gives the sequence at `position` blocks for `tokens` tokens, preempting until there are
  /// enough; false when it was preempted itself.
  ///
  /// `position` follows the sequence; when that is gone, it is the place before the next one.
  private mutating func makeRoom(_ tokens: Int, at position: inout Int) -> Bool {
    let slot = Int(running[position])
    while !cache.grow(
      &tables[slot],
      to: cache.blockCount(tokens: tokens),
      into: &cacheEvents
    ) {
      let victim = victimPosition
      let isSelf = victim == position
      preempt(at: victim)
      if victim <= position { position -= 1 }
      if isSelf { return false }
    }
    sequences[slot].room = tables[slot].count * cache.blockTokens
    return true
  }

  /// The youngest sequence of the lowest priority in the batch.
  private var victimPosition: Int {
    var victim = running.count - 1
    for position in running.indices.reversed()
    where sequences[Int(running[position])].priority < sequences[Int(running[victim])].priority {
      victim = position
    }
    return victim
  }

  private mutating func preempt(at position: Int) {
    let slot = running.remove(at: position)
    cache.release(&tables[Int(slot)])
    sequences[Int(slot)].computed = 0
    sequences[Int(slot)].room = 0
    preemptionCount += 1
    enqueue(slot)
  }

  /// Blocks that prompts which are partly computed still need.
  private var promisedBlocks: Int {
    running.reduce(0) { sum, slot in
      let sequence = sequences[Int(slot)]
      return sum + max(0, cache.blockCount(tokens: sequence.known) - tables[Int(slot)].count)
    }
  }

  /// Starts waiting requests, in order, until the budget, the batch or the blocks are used up.
  ///
  /// A prompt starts when all of it fits, not just the part that this step computes, as in vLLM
  /// (`scheduler_reserve_full_isl`): else many would start that then take each other's blocks.
  private mutating func admit(_ budget: inout Int, into outputs: inout Actions<EngineOutput>) {
    guard budget > 0, running.count < settings.runningMax, let first = waiting.last else { return }
    if let blocked, blocked.slot == first, cache.availableCount <= blocked.available { return }
    var promised = promisedBlocks
    while budget > 0, running.count < settings.runningMax, let slot = waiting.last {
      let index = Int(slot)
      let available = cache.availableCount
      let (hashes, limit) = adoptable(slot)
      var table = cache.adopt(hashes, limit: limit)
      let reused = max(table.count, externalCount(slot)) * cache.blockTokens
      let count = min(budget, sequences[index].known - reused)
      let blocks = cache.blockCount(tokens: reused + count)
      let later = cache.blockCount(tokens: sequences[index].known) - blocks
      let room = cache.availableCount - promised - later
      guard blocks - table.count <= room, cache.grow(&table, to: blocks, into: &cacheEvents) else {
        cache.release(&table)
        blocked = (slot, available)
        return
      }
      blocked = nil
      promised += later
      waiting.removeLast()
      running.append(slot)
      tables[index] = table
      budget -= count
      sequences[index].computed = reused
      sequences[index].room = table.count * cache.blockTokens
      sequences[index].scheduled = count
      guard sequences[index].cachedTokens == nil else { continue }
      sequences[index].cachedTokens = reused
      sequences[index].started = now
      outputs.append(
        .started(
          id: sequences[index].id,
          cachedTokens: reused,
          queued: sequences[index].submitted.duration(to: now)
        )
      )
    }
  }
}
