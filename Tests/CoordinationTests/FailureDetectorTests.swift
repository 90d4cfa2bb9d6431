import Basics
import Coordination
import Testing

@Suite(.timeLimit(.minutes(5)))
struct FailureDetectorTests {
  private func instant(_ seconds: Double) -> Instant {
    .zero.advanced(by: Duration(inSeconds: seconds))
  }

  @Test func `a silent peer is suspect, then lost`() {
    var detector = FailureDetector(settings: .init(), at: .zero)
    #expect(detector.deadline == instant(3))
    #expect(detector.timePassed(at: instant(2.9)) == nil)
    #expect(detector.timePassed(at: instant(3)) == .suspect)
    #expect(detector.timePassed(at: instant(3)) == nil)
    #expect(detector.deadline == instant(10))
    #expect(detector.timePassed(at: instant(10)) == .lost)
    #expect(detector.deadline == nil)
  }

  @Test func `a word from a suspect peer brings it back, one from a lost peer does not`() {
    var detector = FailureDetector(settings: .init(), at: .zero)
    _ = detector.timePassed(at: instant(4))
    #expect(detector.heard(at: instant(5)) == .alive)
    #expect(detector.deadline == instant(8))
    #expect(detector.timePassed(at: instant(60)) == .lost)
    #expect(detector.heard(at: instant(61)) == nil)
    #expect(detector.state == .lost)
  }

  @Test func `a broken connection makes suspect at once, and lost when the time is up`() {
    var detector = FailureDetector(settings: .init(), at: .zero)
    #expect(detector.heard(at: instant(1)) == nil)
    #expect(detector.disconnected() == .suspect)
    #expect(detector.disconnected() == nil)
    #expect(detector.deadline == instant(11))
  }
}
