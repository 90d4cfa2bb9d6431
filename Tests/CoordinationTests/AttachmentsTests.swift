import HearthMessages
import Basics
import Coordination
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct AttachmentsTests {
  private func attached() throws -> Attachments {
    var attachments = Attachments(settings: .init())
    for session in 1...2 as ClosedRange<SessionID> {
      attachments.opened(session, at: .zero)
      let name = "n\(session)"
      _ = try attachments.greeted(session, name: name, incarnation: 1, ifTaken: "", at: .zero)
    }
    return attachments
  }

  private func judge(_ attachments: inout Attachments, _ now: Instant) -> [Attachments.Change] {
    attachments.timePassed(at: now)
  }

  @Test func `a judge that was itself suspended hears its peers before it judges them`() throws {
    var attachments = try attached()
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

  @Test func `a judge that is always late judges all the same`() throws {
    var attachments = try attached()
    #expect(judge(&attachments, Fixture.instant(60)).isEmpty)
    #expect(judge(&attachments, Fixture.instant(120)).count == 2)
  }

  @Test func `a judge in time excuses nobody`() throws {
    var attachments = try attached()
    #expect(
      judge(&attachments, Fixture.instant(3.1))
        == [.suspected(name: "n1"), .suspected(name: "n2")]
    )
  }

  private func rejection(_ attachments: inout Attachments, _ session: SessionID) -> Rejection? {
    do throws(Rejection) {
      _ = try attachments.greeted(
        session,
        name: "n1",
        incarnation: 2,
        ifTaken: "take another",
        at: .zero
      )
      return nil
    } catch {
      return error
    }
  }

  @Test func `a stream says hello once, and a live process keeps its name to itself`() throws {
    var attachments = try attached()
    #expect(
      rejection(&attachments, 1) == Rejection(.invalidArgument, "a second hello on one stream")
    )
    attachments.opened(3, at: .zero)
    #expect(rejection(&attachments, 3) == Rejection(.alreadyExists, "take another"))
    _ = attachments.closed(1, at: .zero)
    #expect(rejection(&attachments, 3) == nil && attachments.session(of: "n1") == 3)
  }

  @Test func `a process that comes back on a new stream leaves the old one`() throws {
    var attachments = try attached()
    attachments.opened(3, at: .zero)
    let greeting = try attachments.greeted(3, name: "n1", incarnation: 1, ifTaken: "", at: .zero)
    #expect(greeting.replaced == 1 && greeting.welcome.epoch == 3)
    #expect(greeting.welcome.heartbeatIntervalNs == 1_000_000_000)
    #expect(greeting.welcome.lostAfterNs == 10_000_000_000)
  }
}
