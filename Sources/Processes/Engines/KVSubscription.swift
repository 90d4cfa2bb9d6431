import EventLoop
import KVEvents
import Transcripts
import ZeroMQ

/// Hears what one rank of an engine publishes of its KV blocks, and asks again for what it missed.
final class KVSubscription {
  private let source: KVSource
  private let context: ZMQContext
  private let loop: Loop
  private let perform: (KVFeed.Action) -> Void
  private var shell: MachineShell<KVFeed>?
  private var subscriber: ZMQSocket?
  /// Made for each question, so that no answer to an earlier one is taken for its.
  private var dealer: ZMQSocket?

  /// Begins to listen; `perform` is told what becomes of blocks.
  init(
    to source: KVSource,
    of context: ZMQContext,
    loop: Loop,
    perform: @escaping (KVFeed.Action) -> Void
  ) throws {
    (self.source, self.context, self.loop, self.perform) = (source, context, loop, perform)
    let feed = KVFeed(canReplay: source.replay != nil)
    shell = try MachineShell(feed, on: loop, timePassed: .timePassed) { [unowned self] action in
      if case .replay(let number) = action { ask(from: number) } else { self.perform(action) }
    }
    let subscriber = try ZMQSocket(.subscriber, of: context, loop: loop) { [unowned self] in
      guard let (number, payload) = Self.message($0) else { return }
      shell?.post(.published(number, batch: Self.batch(payload)))
    }
    try subscriber.connect(to: source.endpoint)
    self.subscriber = subscriber
    shell?.post(.subscribed)
  }

  deinit {
    subscriber?.close()
    dealer?.close()
  }

  private func ask(from number: UInt64) {
    dealer?.close()
    dealer = nil
    guard let endpoint = source.replay else { return }
    // What can't be asked for has not come when its time is over.
    guard
      let dealer = try? ZMQSocket(
        .dealer,
        of: context,
        loop: loop,
        onMessage: { [unowned self] in heard($0) }
      )
    else { return }
    guard (try? dealer.connect(to: endpoint)) != nil else { return dealer.close() }
    self.dealer = dealer
    dealer.send([[], (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }])
  }

  private func heard(_ frames: [[UInt8]]) {
    guard let (number, payload) = Self.message(frames) else { return }
    guard number == .max, payload.isEmpty else {
      shell?.post(.replayed(number, batch: Self.batch(payload)))
      return
    }
    shell?.post(.replayEnded)
    dealer?.close()
    dealer = nil
  }

  /// The number and the payload of a message, whatever stands before them.
  private static func message(_ frames: [[UInt8]]) -> (number: UInt64, payload: [UInt8])? {
    guard frames.count >= 2, frames[frames.count - 2].count == 8 else { return nil }
    return (frames[frames.count - 2].reduce(0) { $0 << 8 | UInt64($1) }, frames[frames.count - 1])
  }

  private static func batch(_ payload: [UInt8]) -> KVBatch? {
    do throws(MessagePackFault) { return try KVBatchReader.read(payload.span) } catch { return nil }
  }
}
