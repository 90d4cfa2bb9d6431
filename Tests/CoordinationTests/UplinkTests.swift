import Basics
import Coordination
import HearthMessages
import Testing

@Suite(.timeLimit(.minutes(5)))
struct UplinkTests {
  private let welcome = HearthV1.Welcome(
    epoch: 7,
    heartbeatIntervalNs: 1_000_000_000,
    lostAfterNs: 10_000_000_000
  )

  private func instant(_ seconds: Double) -> Instant {
    .zero.advanced(by: Duration(inSeconds: seconds))
  }

  private func live() -> Uplink {
    var uplink = Uplink(to: "server", seed: 1, at: .zero)
    _ = uplink.timePassed(at: .zero)
    _ = uplink.welcomed(welcome, at: .zero)
    return uplink
  }

  @Test func `it opens at once, and lives when it is welcomed`() {
    var uplink = Uplink(to: "server", seed: 1, at: .zero)
    #expect(uplink.timePassed(at: .zero) == .open)
    #expect(!uplink.isLive)
    #expect(uplink.welcomed(welcome, at: .zero) == Note(.notice, "attached", ["epoch": "7"]))
    #expect(uplink.state == .live(epoch: 7))
    #expect(uplink.deadline == instant(1))
  }

  @Test func `heartbeats are numbered, and silence in spite of them closes the session`() {
    var uplink = live()
    for second in 1...9 {
      #expect(uplink.timePassed(at: instant(Double(second))) == .sendHeartbeat(UInt64(second)))
    }
    #expect(uplink.timePassed(at: instant(10)) == .close("nothing heard for 10s"))
    #expect(!uplink.isLive)
    #expect(uplink.deadline == nil)
  }

  @Test func `answers keep the session alive`() {
    var uplink = live()
    uplink.heard(at: instant(8))
    #expect(uplink.timePassed(at: instant(10)) == .sendHeartbeat(1))
    #expect(uplink.isLive)
  }

  @Test func `a welcome that does not come closes the stream`() {
    var uplink = Uplink(to: "server", seed: 1, at: .zero)
    _ = uplink.timePassed(at: .zero)
    #expect(uplink.timePassed(at: instant(10)) == .close("no welcome within 10s"))
  }

  @Test func `pauses between attempts grow to 0.8 s, after a minute to 5 s, spread by a fifth`() {
    var uplink = Uplink(to: "server", seed: 3, at: .zero)
    var now = Instant.zero
    for attempt in 0..<100 {
      #expect(uplink.timePassed(at: now) == .open)
      _ = uplink.closed(because: "gone", at: now)
      let longest = now < instant(60) ? 0.8 : 5
      let expected = min(longest, 0.1 * Double(1 << min(attempt, 20)))
      let pause = now.duration(to: uplink.deadline ?? now).inSeconds
      #expect((expected * 0.8...expected * 1.2).contains(pause), "seed 3, attempt \(attempt)")
      now = uplink.deadline ?? now
    }
  }

  @Test func `a server that can't be reached is told of at the first failure, then once a minute`()
  {
    var uplink = Uplink(to: "server", seed: 1, at: .zero)
    var told: [Double] = []
    var now = Instant.zero
    while now < instant(130) {
      _ = uplink.timePassed(at: now)
      if let note = uplink.closed(because: "refused", at: now) {
        #expect(note == Note(.warning, "not attached to the server", ["reason": "refused"]))
        told.append(Instant.zero.seconds(to: now))
      }
      now = uplink.deadline ?? now
    }
    #expect(told.count == 3 && told[0] == 0 && told[1] < 66 && told[2] < 131, "\(told)")
    _ = uplink.timePassed(at: now)
    _ = uplink.welcomed(welcome, at: now)
    let end = uplink.closed(because: "gone", at: now)
    #expect(end == Note(.warning, "server detached", ["reason": "gone"]))
    #expect(uplink.closed(because: "refused", at: now) != nil, "another session ended")
  }

  @Test func `why this side closed the stream is what is told`() {
    var uplink = live()
    for second in 1...9 { _ = uplink.timePassed(at: instant(Double(second))) }
    #expect(uplink.timePassed(at: instant(10)) == .close("nothing heard for 10s"))
    let note = uplink.closed(because: "cancelled", at: instant(10))
    #expect(note?.metadata == ["reason": "nothing heard for 10s"])
  }

  @Test func `a hostile welcome can't make it beat without pause`() {
    var uplink = Uplink(to: "server", seed: 1, at: .zero)
    _ = uplink.timePassed(at: .zero)
    _ = uplink.welcomed(.init(epoch: 1), at: .zero)
    #expect(uplink.deadline == instant(0.01))
  }
}
