import HearthMessages
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct ReplicaReportTests {
  private let busy = HearthV1.ReplicaStatus(
    replica: .init(
      id: "n/0",
      model: .init(name: "llama"),
      gpu: .init(name: "h100-sxm"),
      gpuCount: 1,
      blockTokens: 16,
      blockCount: 1_000,
      runningMax: 64
    ),
    node: "n",
    region: "eu",
    availability: .ready,
    load: .init(blocksUsed: 620, blocksCached: 310, running: 14, waiting: 2, decoding: 12),
    operation: .init(
      bound: "memory-bandwidth",
      kvUsed: 0.62,
      kvUsedMean: 0.58,
      kvCached: 0.31,
      batch: 12,
      ridgeBatch: 190,
      ridgeShare: 0.07,
      prefillTokensQueued: 12_400,
      prefillQueuedNs: 1_200_000_000,
      compute: 0.2,
      computeMean: 0.31,
      memoryBandwidth: 0.8,
      memoryBandwidthMean: 0.74,
      networkMean: 0.12
    ),
    calibration: .init(
      prefill: .init(value: 0.872, count: 212),
      decode: .init(value: 1.04, count: 1),
      promptTokens: .init(value: 1.31, count: 40),
      outputTokens: 289.4,
      answers: 1_203,
      reuseChance: 0.27,
      evictions: 500
    )
  )

  private let fresh = HearthV1.ReplicaStatus(
    replica: .init(id: "n/1"),
    calibration: .init(
      prefill: .init(value: 1),
      decode: .init(value: 1),
      promptTokens: .init(value: 1),
      outputTokens: 346,
      reuseChance: 0.8
    )
  )

  @Test func `the list says what each replica is bound by`() {
    #expect(
      ReplicaCommand.listing.text([busy, fresh], as: .table) == """
        REPLICA  REGION  STATE    MODEL  GPUS          RUNNING  WAITING  KV IN USE  KV CACHED  BATCH  BOUND BY          REASON
        n/0      eu      ready    llama  1 x h100-sxm       14        2        62%        31%     12  memory-bandwidth  -
        n/1      -       unknown  -      0 x ?               0        0         0%         0%      0  -                 -

        """
    )
    let wide = ReplicaCommand.listing.text([busy, fresh], as: .wide).split(separator: "\n")
    for text in ["190", "12400 (1.2s)", "31%", "74%", "12%", "0.87 x", "1.04 x"] {
      #expect(wide[1].contains("  \(text)  "), "\(text) in \(wide[1])")
    }
    #expect(!wide[2].contains(" x  "))
  }

  @Test func `one replica is told of in words`() {
    #expect(
      ReplicaReport(replica: busy).text == """
        bound by          memory-bandwidth: reading weights and KV cache takes most of its time
        KV cache          62% in use, 31% kept for reuse, 7% free; lately 58% in use
        batch             12 decoding (limit 64), at 7% of the ridge point, reached with 190 such turns
        prefill queued    12400 tokens, 1.2s of work
        compute           busy 20% of the time now, 31% lately
        memory bandwidth  busy 80% of the time now, 74% lately
        network           lately 12% of the time to the first token
        prefill speed     0.87 x its specification (from 212 turns)
        decode speed      1.04 x its specification (from 1 turn)
        prompt estimates  x 1.31 (from 40 prompts of llama)
        answers           289 tokens expected (from 1203 answers of llama)
        evicted blocks    27% expected to be needed again within 5m (from 500 blocks of llama)

        """
    )
  }

  @Test func `of one that has not reported it says so`() {
    #expect(
      ReplicaReport(replica: fresh).text == """
        bound by          unknown: it has not reported yet
        prefill speed     assumed as specified: not measured yet
        decode speed      assumed as specified: not measured yet
        prompt estimates  not corrected: no estimated prompt was counted yet
        answers           346 tokens expected (assumed: no answer yet)
        evicted blocks    80% expected to be needed again within 5m (assumed: not measured yet)

        """
    )
  }

  @Test func `scripts get the same`() {
    let text = ReplicaCommand.listing.text([busy], as: .jsonl)
    for fields in [
      """
      "calibration":{"answers":1203,"decode":{"count":1,"factor":1.04},"evictions":500,\
      "outputTokens":289.4,"prefill":{"count":212,"factor":0.872},\
      "promptTokens":{"count":40,"factor":1.31},"reuseChance":0.27}
      """,
      """
      "operation":{"batch":12,"boundBy":"memory-bandwidth","compute":0.2,"computeMean":0.31,\
      "kvCached":0.31,"kvUsed":0.62,"kvUsedMean":0.58,"memoryBandwidth":0.8,\
      "memoryBandwidthMean":0.74,"networkMean":0.12,"prefillQueuedSeconds":1.2,\
      "prefillTokensQueued":12400,"ridgeBatch":190,"ridgeShare":0.07}
      """,
    ] {
      #expect(text.contains(fields), "\(text)")
    }
    let none = ReplicaCommand.listing.text([fresh], as: .jsonl)
    #expect(none.contains(#""operation":null,"#))
  }

  @Test func `text of a control plane that is newer, or lies, stays text`() {
    var odd = busy
    odd.operation?.bound = "x\u{1b}[2J"
    odd.operation?.kvUsed = .nan
    odd.operation?.computeMean = .infinity
    odd.calibration?.outputTokens = .nan
    odd.calibration?.prefill?.count = .max
    let text = ReplicaReport(replica: odd).text
    #expect(text.hasPrefix("bound by          x [2J: unknown to this version"), "\(text)")
    #expect(ReplicaCommand.listing.text([odd], as: .wide).contains("x [2J"))
  }

  @Test func `the fleet's status counts bounds`() {
    let bounds = [
      HearthV1.BoundCount(bound: "kv-memory", replicas: 2), .init(bound: "nothing", replicas: 9),
    ]
    let table = StatusCommand.table(.init(bounds: bounds))
    #expect(table.contains("\nbound by      kv-memory 2, nothing 9\n"), "\(table)")
    for (copies, words) in [(1, "1 prefix copied"), (2, "2 prefixes copied")] {
      let table = StatusCommand.table(.init(prefixCopies: UInt64(copies)))
      #expect(table.contains("known to be cached, \(words) in advance\n"))
    }
    let refusals = StatusCommand.table(.init(refused: 9, refusedForGood: 4))
    #expect(refusals.contains("\nrefusals      9, 4 of them for good"))
    #expect(StatusCommand.table(.init()).contains("\nbound by      no replica has reported yet\n"))
    let json = StatusCommand.json(.init(bounds: bounds)).jsonText()
    #expect(json.contains(#""boundBy":{"kv-memory":2,"nothing":9}"#), "\(json)")
  }
}
