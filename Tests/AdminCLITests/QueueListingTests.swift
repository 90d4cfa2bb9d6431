import HearthMessages
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct QueueListingTests {
  private let turns = [
    HearthV1.QueuedTurn(
      requestId: "r/1",
      model: "llama",
      tenant: "acme",
      originRegion: "eu",
      priority: 4,
      promptTokens: 900,
      waitedNs: 1_500_000_000,
      estimateNs: 250_000_000,
      deadlineLeftNs: 4_000_000_000
    ),
    HearthV1.QueuedTurn(model: "llama", tenant: "b", waitedNs: 1, estimateNs: 2_000_000_000),
  ]

  @Test func `the table says who waits, since when and for how long`() {
    #expect(
      QueueListing.listing.text(turns, as: .table) == """
        MODEL  TENANT  PRIORITY  WAITED  ESTIMATE  DEADLINE  REQUEST
        llama  acme           4    1.5s     250ms        4s  r/1
        llama  b              0     1ns        2s         -  -

        """
    )
  }

  @Test func `JSON has seconds, and null for no deadline`() {
    let lines = QueueListing.listing.text(turns, as: .jsonl).split(separator: "\n")
    #expect(
      lines[0] == """
        {"deadlineLeftSeconds":4,"estimateSeconds":0.25,"model":"llama","origin":"eu",\
        "priority":4,"promptTokens":900,"request":"r/1","tenant":"acme","waitedSeconds":1.5}
        """
    )
    #expect(lines[1].hasPrefix(#"{"deadlineLeftSeconds":null,"#))
  }

  @Test func `the last line tells what is not listed`() {
    let queue = HearthV1.ListQueueResponse(turns: turns, waiting: 5, waitingMax: 9, running: 3)
    #expect(
      QueueListing.summary(queue)
        == "5 turns waiting (limit 9), 3 running; 3 waiting turns are not listed"
    )
    #expect(
      QueueListing.summary(.init(waitingMax: 9)) == "0 turns waiting (limit 9), 0 running"
    )
  }
}
