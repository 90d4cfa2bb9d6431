import Basics
import EngineModel
import FleetSpec
import Testing
import Traces

@Suite(.timeLimit(.minutes(5)))
struct ReplayReportTests {
  @Test func `percentiles are by nearest rank`() {
    var samples = Samples()
    #expect(samples.percentile(50) == nil && samples.mean == nil)
    for value in (1...100).reversed() { samples.add(.milliseconds(value)) }
    #expect(samples.percentile(0) == .milliseconds(1))
    #expect(samples.percentile(7) == .milliseconds(7))
    #expect(samples.percentile(50) == .milliseconds(50))
    #expect(samples.percentile(99) == .milliseconds(99))
    #expect(samples.percentile(99.1) == .milliseconds(100))
    #expect(samples.mean == .microseconds(50_500))
    samples.add(.zero)
    #expect(samples.percentile(50) == .milliseconds(50))
  }

  @Test func `a report adds up`() {
    var (report, strict) = (ReplayReport(), ServiceObjective())
    (strict.ttft, strict.tpot) = (.milliseconds(400), .milliseconds(25))
    for _ in 0..<5 { report.submitted() }
    report.retried()
    report.failed("lost")
    for reason in ["queue full", "queue full"] { report.refused(reason) }
    report.completed(
      usage: EngineUsage(promptTokens: 100, cachedTokens: 60, outputTokens: 5),
      ttft: .milliseconds(200),
      total: .milliseconds(300),
      objective: ServiceObjective(),
      isOutOfRegion: true
    )
    #expect(!report.isComplete)
    report.completed(
      usage: EngineUsage(promptTokens: 100, cachedTokens: 0, outputTokens: 1),
      ttft: .milliseconds(400),
      total: .milliseconds(400),
      objective: strict,
      isOutOfRegion: false
    )
    #expect(report.isComplete)
    #expect((report.refusedCounts["queue full"], report.refusedCount) == (2, 2))
    #expect((report.hitRate, report.outOfRegionShare) == (0.3, 0.5))
    #expect((report.ttft.percentile(99), report.tpot.count) == (.milliseconds(400), 1))
    #expect(report.tpot.percentile(50) == .milliseconds(25))
    // Of five the first met its own objective; a bound that is only reached is missed.
    #expect((report.goodCount, report.goodShare) == (1, 0.2))
    #expect(report.goodput(over: .seconds(4)) == 0.25)
    #expect(report.objectives == [ServiceObjective(), strict])
  }

  @Test func `token text is readable and the same for the same seed`() {
    let answer = (0..<200).map { TokenText.word(seed: 7, index: $0) }.joined()
    #expect(answer == (0..<200).map { TokenText.word(seed: 7, index: $0) }.joined())
    #expect(answer != (0..<200).map { TokenText.word(seed: 8, index: $0) }.joined())
    #expect(answer.split(separator: " ").count == 200)
    #expect(answer.first?.isUppercase == true && answer.utf8.allSatisfy { $0 < 128 })
    for sentence in answer.split(separator: ". ") {
      #expect(sentence.first?.isUppercase == true)
      #expect(sentence.dropFirst().allSatisfy { $0.isLowercase || $0 == " " || $0 == "." })
    }
  }
}
