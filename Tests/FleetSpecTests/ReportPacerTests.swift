import Basics
import FleetSpec
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ReportPacerTests {
  private func instant(_ milliseconds: Int) -> Instant {
    Instant.zero.advanced(by: .milliseconds(milliseconds))
  }

  @Test func `nothing is due while nothing happened, and what happens first is due at once`() {
    var pacer = ReportPacer()
    #expect(pacer.due == nil)
    pacer.note(.foreseen, at: instant(10_000))
    #expect(pacer.due == instant(10_000))
    pacer.report(at: instant(10_000))
    #expect(pacer.due == nil)
  }

  @Test func `what is foreseen waits, and goes with what is urgent`() {
    let intervals = ReportPacer.Intervals()
    var pacer = ReportPacer()
    pacer.report(at: instant(10_000))
    pacer.note(.foreseen, at: instant(10_001))
    #expect(pacer.due == instant(10_000).advanced(by: intervals.foreseen))
    pacer.note(.urgent, at: instant(10_040))
    #expect(pacer.due == instant(10_040), "no earlier than it happened")
    pacer.note(.foreseen, at: instant(10_041))
    #expect(pacer.due == instant(10_040))
    pacer.report(at: instant(10_040))
    pacer.note(.urgent, at: instant(10_041))
    #expect(pacer.due == instant(10_040).advanced(by: intervals.urgent))
  }

  @Test func `a fleet that runs faster than the wall reports as often in its own time`() {
    let (plain, fast) = (ReportPacer.Intervals(), ReportPacer.Intervals(timeScale: 10))
    #expect(fast.foreseen == plain.foreseen / 10 && fast.urgent == plain.urgent)
    let fastest = ReportPacer.Intervals(timeScale: 1e6)
    #expect(fastest.foreseen == plain.urgent)
  }

  @Test func `that a prompt is computed is urgent, what follows from it is not`() {
    var load = ReplicaLoad(running: 2, prefillTokensQueued: 4_000, decoding: 1)
    #expect(ReportPacer.urgency(of: load, decoding: 1) == .foreseen)
    (load.decoding, load.prefillTokensQueued) = (2, 0)
    #expect(ReportPacer.urgency(of: load, decoding: 1) == .urgent)
    load.contextTokens = 9
    #expect(ReportPacer.urgency(of: load, decoding: 2) == .foreseen)
  }
}
