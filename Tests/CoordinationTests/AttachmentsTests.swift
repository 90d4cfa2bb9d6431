import Basics
import Coordination
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct AttachmentsTests {
  private func attached() -> Attachments {
    var attachments = Attachments(settings: .init())
    for session in 1...2 as ClosedRange<SessionID> {
      attachments.opened(session, at: .zero)
      _ = attachments.greeted(session, name: "n\(session)", incarnation: 1, at: .zero)
    }
    return attachments
  }

  private func judge(_ attachments: inout Attachments, _ now: Instant) -> [Attachments.Change] {
    attachments.timePassed(at: now)
  }

  @Test func `a judge that was itself suspended hears its peers before it judges them`() {
    var attachments = attached()
    // Nobody was listening for a minute; what was said meanwhile is read after the timers.
    #expect(judge(&attachments, Fixture.instant(60)).isEmpty)
    let isBack = attachments.heard(1, at: Fixture.instant(60.01))
    #expect(!isBack)
    #expect(attachments.deadline == Fixture.instant(61))
    #expect(judge(&attachments, Fixture.instant(60.5)).isEmpty)
    #expect(
      judge(&attachments, Fixture.instant(61)) == [.lost(name: "n2", session: 2)]
    )
    #expect(attachments.state(of: "n1") == .alive)
  }

  @Test func `a judge that is always late judges all the same`() {
    var attachments = attached()
    #expect(judge(&attachments, Fixture.instant(60)).isEmpty)
    #expect(judge(&attachments, Fixture.instant(120)).count == 2)
  }

  @Test func `a judge in time excuses nobody`() {
    var attachments = attached()
    #expect(
      judge(&attachments, Fixture.instant(3.1))
        == [.suspected(name: "n1"), .suspected(name: "n2")]
    )
  }
}
