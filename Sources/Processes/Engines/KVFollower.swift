import EventLoop
import KVEvents
import Transcripts
import ZeroMQ

/// Follows what an engine tells of its KV blocks, and says which blocks of transcripts it holds.
final class KVFollower {
  private let loop: Loop
  private let onChange: (_ removed: [UInt64], _ stored: [UInt64]) -> Void
  private let onNote: (String) -> Void
  private var context: ZMQContext?
  private var residency = TranscriptResidency()
  private var subscriptions: [KVSubscription] = []

  /// Makes a follower of nothing; `onNote` is told what people should know.
  init(
    loop: Loop,
    onChange: @escaping (_ removed: [UInt64], _ stored: [UInt64]) -> Void,
    onNote: @escaping (String) -> Void
  ) {
    (self.loop, self.onChange, self.onNote) = (loop, onChange, onNote)
  }

  /// Whether there are sources.
  var isFollowing: Bool { !subscriptions.isEmpty }

  /// Follows these sources, a rank each, and none from before.
  func follow(_ sources: [KVSource]) throws {
    residency = TranscriptResidency()
    subscriptions = []
    let context = try context ?? ZMQContext()
    self.context = context
    for (rank, source) in sources.prefix(TranscriptResidency.ranksMax).enumerated() {
      let subscription = try KVSubscription(to: source, of: context, loop: loop) {
        [unowned self] in perform($0, rank)
      }
      subscriptions.append(subscription)
    }
    guard sources.count > TranscriptResidency.ranksMax else { return }
    onNote("only the first \(TranscriptResidency.ranksMax) of \(sources.count) ranks are followed")
  }

  /// A turn's tokens are these so far: its prompt's, and perhaps its answer's.
  func note(_ transcript: TranscriptResidency.Transcript, tokens: [UInt32]) {
    guard isFollowing else { return }
    residency.note(transcript, tokens: tokens)
    tellChanges()
  }

  /// A turn was computed whose tokens aren't told.
  func assume(_ transcript: TranscriptResidency.Transcript) {
    guard isFollowing else { return }
    residency.assume(transcript)
    tellChanges()
  }

  private func perform(_ action: KVFeed.Action, _ rank: Int) {
    switch action {
    case .apply(let batch): residency.apply(batch, rank: rank)
    case .clear(let reason):
      residency.clear(rank: rank)
      onNote("what rank \(rank) holds is not known any more: \(reason)")
    case .replay: break
    }
    tellChanges()
  }

  private func tellChanges() {
    let (removed, stored) = residency.takeChanges()
    if !removed.isEmpty || !stored.isEmpty { onChange(removed, stored) }
  }
}
