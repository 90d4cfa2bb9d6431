import EventLoop
import HearthMessages
import KVEvents
import Transcripts

extension AttachedEngine {
  /// What of a turn meets what its engine tells of KV blocks.
  struct FollowedTurn {
    private var transcript: TranscriptResidency.Transcript
    private var isNoted = false

    init(_ request: HearthV1.GenerateRequest) {
      let link = request.http?.transcript
      transcript = .init(
        hashes: request.blockHashes,
        blockLength: Int(link?.blockLength ?? request.blockTokens),
        length: Int(link?.length ?? request.promptTokens),
        adapter: request.adapter
      )
    }

    /// Tells of the prompt once its tokens are there.
    mutating func advance(_ answer: Answer, _ follower: KVFollower) {
      guard !isNoted, let tokens = answer.promptTokens else { return }
      isNoted = true
      follower.note(transcript, tokens: tokens)
    }

    /// The answer is complete, and adds so much to the transcript.
    mutating func end(_ answer: Answer, _ addition: Answer.Addition?, _ follower: KVFollower) {
      advance(answer, follower)
      if let addition, addition.promptCount <= transcript.hashes.count {
        transcript = .init(
          hashes: transcript.hashes.prefix(addition.promptCount) + addition.hashes,
          blockLength: transcript.blockLength,
          length: addition.length,
          adapter: transcript.adapter
        )
        if let tokens = answer.promptTokens {
          follower.note(transcript, tokens: tokens + answer.answerTokens)
        }
      }
      if !isNoted { follower.assume(transcript) }
    }
  }

  /// The body of a request with more members, before its own: of two with one name engines take the
  /// last.
  static func adding(_ members: [String], to body: [UInt8]) -> [UInt8] {
    guard !members.isEmpty, let brace = body.firstIndex(of: UInt8(ascii: "{")) else { return body }
    let text = "{" + members.map { $0 + "," }.joined()
    return Array(text.utf8) + body[(brace + 1)...]
  }

  /// Whether a turn's answer is asked for the ids of its tokens.
  func asksIDs(of turn: HearthV1.HTTPTurn) -> Bool {
    follower?.isFollowing == true && dialect == .vllm
      && ["/v1/chat/completions", "/v1/completions"].contains(turn.path)
      && TokenIDFilter.mayAsk(turn.body)
  }

  /// The engine says where it publishes its KV events; of one that does not, what it holds is
  /// inferred.
  func follow(_ sources: [KVSource]) {
    let isDeaf = sources.contains { $0.endpoint.isEmpty }
    if isDeaf {
      onEvents?(
        .noted(
          "KV events are not heard: the engine connects to a subscriber instead of listening; "
            + "start it with an endpoint such as tcp://*:5557"
        )
      )
    }
    do {
      try follower?.follow(isDeaf ? [] : sources)
    } catch {
      onEvents?(.noted("KV events are not heard: \(error)"))
    }
    publish(follower?.isFollowing == true)
  }

  func makeFollower() -> KVFollower {
    KVFollower(
      loop: loop,
      onChange: { [unowned self] in onEvents?(.cacheChanged(removed: $0, stored: $1)) },
      onNote: { [unowned self] in onEvents?(.noted("KV events: \($0)")) }
    )
  }

  /// The host at which the engine is asked, where it publishes too.
  var kvHost: String {
    guard !settings.address.hasPrefix("unix:"), let colon = settings.address.lastIndex(of: ":")
    else { return "127.0.0.1" }
    return String(settings.address[..<colon])
  }
}
