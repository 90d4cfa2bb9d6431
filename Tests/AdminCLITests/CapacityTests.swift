import ArgumentParser
import Basics
import Capacity
import FleetSpec
import HearthMessages
import Settings
import Testing

@testable import AdminCLI

@Suite(.timeLimit(.minutes(5)))
struct CapacityTests {
  private let report = HearthV1.CapacityReport(
    models: [
      .init(
        model: "m",
        total: .init(
          replicas: 3,
          gpus: 6,
          offered: 2.5,
          offeredHour: 120,
          unmet: 0.01,
          sustainable: 10,
          load: 0.25,
          bound: "kv-memory"
        ),
        regions: [
          .init(region: "eu", replicas: 3, gpus: 6, offered: 1, sustainable: 10, load: 0.1),
          .init(region: "", offered: 1.5, load: .infinity),
        ],
        promptTokens: 1_000,
        uncachedTokens: 400,
        outputTokens: 99.6,
        ttftNs: 2_000_000_000,
        tpotNs: 60_000_000
      )
    ],
    fleet: .init(replicas: 3, gpus: 6, offered: 2.5, sustainable: 10, load: 0.25),
    losses: [
      .init(
        region: "eu",
        gpus: 6,
        models: [.init(model: "m", lostReplicas: 3, offered: 2.5)]
      ),
      .init(
        node: "eu-1",
        gpus: 2,
        models: [
          .init(model: "m", lostReplicas: 1, leftReplicas: 2, offered: 2.5, sustainable: 2),
          .init(model: "n", lostReplicas: 1, leftReplicas: 2, offered: 2.5, sustainable: 5),
        ]
      ),
    ],
    moves: [
      .init(
        replica: "eu-1/0",
        region: "eu",
        fromModel: "m",
        toModel: "n",
        reason: "short",
        drainSeconds: 6,
        loadSeconds: 30.5,
        gainSeconds: 1_800,
        costSeconds: 73
      )
    ],
    shortages: [
      .init(model: "n", turns: 1.2, gpus: 4, gpu: "h100-sxm"), .init(model: "x", turns: 0.5),
    ],
    adapterMoves: [
      .init(adapter: "a", model: "m", replica: "eu-2/0", replacing: "b", offered: 0.2)
    ],
    adapterShortages: [.init(adapter: "c", model: "m", offered: 0.002)],
    prefixes: [
      .init(
        hash: 0xab,
        depth: 64,
        model: "m",
        region: "eu",
        turns: 3,
        holders: 1,
        desired: 3,
        targets: ["eu-1/0", "eu-2/0"],
        gainSeconds: 20,
        tokens: 1_024,
        tenant: "t",
        requestId: "r/7"
      )
    ]
  )

  @Test func `tables say how much is left, and what losses would mean`() {
    let tables = CapacityTables(report: report, isWide: false)
    #expect(
      tables.figures == """
        MODEL  REGION   REPLICAS  OFFERED  UNMET  SUSTAINED  HEADROOM  BOUND BY
        m      all             3      2.5   0.01         10       75%  kv-memory
        m      eu              3        1      0         10       90%  -
        m      unknown         0      1.5      0          0      none  -
        all    all             3      2.5      0         10       75%  -\n
        """
    )
    #expect(
      tables.losses == """
        IF LOST      GPUS  MODEL  REPLICAS LEFT  SUSTAINED  HEADROOM  THEN
        eu              6  m             0 of 3          0      none  no service
        eu-1 (node)     2  m             2 of 3          2      -25%  short of 0.5 turns/s
        eu-1 (node)     2  n             2 of 3          5       50%  holds\n
        """
    )
    let wide = CapacityTables(report: report, isWide: true).figures
    #expect(wide.contains("LAST HOUR") && wide.contains("  1000     60%     100    2s  60ms\n"))
    #expect(wide.contains("  120  "))
  }

  @Test func `the plan says what, why and what it takes`() {
    let tables = CapacityTables(report: report, isWide: false)
    #expect(
      tables.plan == """
        REPLICA  REGION  FROM  TO  BECAUSE                DRAIN   LOAD  RECOMPUTE  GAIN
        eu-1/0   eu      m     n   demand exceeds supply     6s  30.5s          0   30m

        ADAPTER  MODEL  LOAD ON  INSTEAD OF  OFFERED
        a        m      eu-2/0   b               0.2

        TOKENS  TENANT  AS IN  MODEL  REGION  TURNS/S  HELD BY  COMPUTE ON      GAIN
          1024  t       r/7    m      eu            3   1 of 3  eu-1/0, eu-2/0   20s

        n: 1.2 turns/s more than can be served; 4 more h100-sxm would be needed.
        x: 0.5 turns/s more than can be served; no GPU here can serve it.
        c of m: no place for its 0.002 turns/s.\n
        """
    )
    #expect(
      tables.summary.hasPrefix(
        "`hearth capacity plan` has 1 move, 1 adapter to load, 1 hot prefix.\n"
      )
    )
    let nothing = CapacityTables(report: .init(), isWide: false)
    #expect(nothing.plan == "No move is worth its cost.\n" && nothing.summary == nothing.plan)
    #expect(nothing.losses == "Nothing that takes turns would be lost.\n")
  }

  @Test func `JSON has all of it, and null for what is endless`() {
    let text = CapacityJSON.report(report).jsonText()
    #expect(text.contains("\"objective\":{\"tpotSeconds\":0.06,\"ttftSeconds\":2}"))
    #expect(text.contains("\"region\":null") && text.contains("\"headroom\":null"))
    #expect(
      text.contains("{\"bearable\":false,\"gpus\":2,\"models\":[")
        && text.contains("],\"node\":\"eu-1\"}")
    )
    #expect(text.contains("\"prefix\":\"00000000000000ab\"") && text.contains("\"gpu\":null"))
    #expect(report.losses.map(\.isBearable) == [false, false])
  }

  @Test(arguments: [
    ([], true), (["--lose", "eu"], true), (["plan"], true), (["plan", "-o", "wide"], true),
    (["--file", "f"], false), (["--trace", "t"], false), (["--load", "2"], false),
    (["--file", "f", "--trace", "t", "--load", "0"], false), (["-o", "jsonl"], false),
    (["plan", "--lose", "eu"], false), (["--file", "f", "--trace", "t", "--load", "2"], true),
  ])
  func `options are checked`(arguments: [String], isRight: Bool) {
    #expect(((try? CapacityCommand.parseAsRoot(arguments)) != nil) == isRight)
  }

  private static let file = """
    replica: {model: llama-3.1-8b, gpu: h100-sxm, kvBlockTokens: 512}
    regions:
      - {name: eu, nodes: [{name: eu-1}, {name: eu-2}]}
      - {name: us, rtt: {eu: 80ms}, nodes: [{name: us-1}]}
    """

  private func reported(_ load: Double, losing: String? = nil) throws -> HearthV1.CapacityReport {
    let fleet = try FleetFile.read(Array(Self.file.utf8), name: "f")
    return try CapacitySource.report(
      of: fleet,
      trace: try TraceFile.requests("synthetic:rate=1,duration=5m,turns=2", seed: 1),
      model: nil,
      load: load,
      losing: losing,
      showsProgress: false
    )
  }

  @Test func `a fleet on paper and a trace are enough`() throws {
    let (one, ten) = (try reported(1), try reported(10))
    let (calm, busy) = (
      try #require(one.models.first?.total), try #require(ten.models.first?.total)
    )
    #expect(!one.exceeded && calm.replicas == 3 && calm.offered > 1.5 && calm.sustainable > 10)
    #expect(abs(busy.offeredHour / calm.offeredHour - 10) < 0.5)
    #expect(one.models[0].uncachedTokens < 0.9 * one.models[0].promptTokens)
    #expect(one.models[0].regions.map(\.region) == ["eu", "us"])
    let lost = try reported(1, losing: "us-").losses
    #expect(lost.map(\.node) == ["us-1"] && lost.allSatisfy(\.isBearable))
    #expect(throws: Failure.self) { try reported(1, losing: "mars") }
  }
}
