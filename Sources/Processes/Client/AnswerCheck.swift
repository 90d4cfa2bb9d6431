import HearthMessages

/// What is wrong with an answer as it comes: no place may hold a client for ever, or tell it what
/// can't be.
struct AnswerCheck {
  /// Pieces without tokens that an answer may have besides as many as its tokens.
  private static let emptyPiecesMax = 16
  /// Bytes of text for each token that an answer may have; tokens of real models have up to 256.
  private static let tokenBytesMax = 1_024

  private let replica: String
  private let tokensMax: Int
  private var tokens = 0
  private var textBytes = 0
  private var emptyPieces = 0
  private var hasFinished = false

  /// Makes the check of a turn's answer from a replica.
  init(of turn: TurnRequest, from replica: String) {
    (self.replica, tokensMax) = (replica, max(1, turn.outputTokensMax))
  }

  /// What is wrong with the next piece, in words; nil when nothing is.
  mutating func fault(in response: HearthV1.GenerateResponse) -> String? {
    guard !hasFinished else { return "\(replica) went on after the end of its answer" }
    if case .tokens(let piece) = response.event { textBytes += piece.text.utf8.count }
    guard textBytes / tokensMax <= Self.tokenBytesMax else {
      return "\(replica) sent \(textBytes) bytes of text for \(tokensMax) tokens"
    }
    switch response.event {
    case .tokens(let piece) where piece.count > 0: tokens += Int(piece.count)
    case .finished(let usage):
      hasFinished = true
      guard usage.outputTokens <= tokensMax, usage.cachedTokens <= usage.promptTokens else {
        return "\(replica) says that its answer had \(usage.outputTokens) tokens of \(tokensMax), "
          + "and that it had \(usage.cachedTokens) of \(usage.promptTokens) of the prompt"
      }
    case .head, .body: return "\(replica) sent the answer to a request of an HTTP API"
    case .tokens, .started, nil: emptyPieces += 1
    }
    guard tokens <= tokensMax else {
      return "\(replica) sent more than the \(tokensMax) tokens that were asked for"
    }
    guard emptyPieces <= tokensMax + Self.emptyPiecesMax else {
      return "\(replica) sent \(emptyPieces) messages without tokens"
    }
    return nil
  }
}
