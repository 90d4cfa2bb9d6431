import Basics
import Dispatching
import HearthMessages
import Routing

/// What replicas do, what they are bound by, and what was learnt of them, as operators see it.
extension ControlCore {
  /// What a replica does; nil until it has reported.
  func operation(of slot: Int32) -> HearthV1.ReplicaOperation? {
    guard let state = dispatcher.view.state(slot),
      let summary = dispatcher.bottlenecks.summary(of: slot, in: dispatcher.view)
    else { return nil }
    let figures = BottleneckFigures(state)
    let signals = summary.signals
    return HearthV1.ReplicaOperation(
      bound: summary.bound.rawValue,
      kvUsed: figures.blocksUsed,
      kvUsedMean: signals.kvMemory,
      kvCached: figures.blocksCached,
      batch: UInt32(clamping: figures.batch),
      ridgeBatch: UInt32(clamping: figures.ridgeBatch ?? 0),
      ridgeShare: figures.ridgeShare,
      prefillTokensQueued: UInt64(clamping: figures.prefillTokensQueued),
      prefillQueuedNs: Duration(inSeconds: figures.prefillSecondsQueued).nanoseconds,
      compute: figures.arithmeticUse,
      computeMean: signals.compute,
      memoryBandwidth: figures.bandwidthUse,
      memoryBandwidthMean: signals.memoryBandwidth,
      networkMean: signals.network
    )
  }

  /// What was learnt of a replica and its model; nil when the slot is free.
  func calibration(of slot: Int32) -> HearthV1.ReplicaCalibration? {
    guard let state = dispatcher.view.state(slot), let replica = dispatcher.view.calibration(slot)
    else {
      return nil
    }
    let model = dispatcher.view.estimates(of: state.model)
    return HearthV1.ReplicaCalibration(
      prefill: replica.prefill.message,
      decode: replica.decode.message,
      promptTokens: model.promptTokens.message,
      outputTokens: model.outputTokens,
      answers: UInt64(model.answerCount),
      reuseChance: model.reuseChance,
      evictions: UInt64(model.evictionCount)
    )
  }

  /// What the replicas are bound by that have reported.
  var boundCounts: [HearthV1.BoundCount] {
    let bounds = replicaSlots.compactMap {
      dispatcher.bottlenecks.summary(of: $0, in: dispatcher.view)?.bound
    }
    return Bottleneck.allCases.compactMap { bound in
      let count = bounds.count { $0 == bound }
      return count > 0 ? .init(bound: bound.rawValue, replicas: UInt32(count)) : nil
    }
  }
}

extension CorrectionFactor {
  fileprivate var message: HearthV1.CorrectionFactor {
    .init(value: value, count: UInt64(count))
  }
}
