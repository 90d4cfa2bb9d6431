import Basics
import Testing

@testable import RPC

@Suite(.timeLimit(.minutes(5)))
struct ChannelMachineTests {
  private func wants(_ machine: inout ChannelMachine, at now: Instant) -> Bool {
    machine.wanted(at: now)
  }

  /// Fails an attempt that took no time; the pause until the next.
  private func pause(_ machine: inout ChannelMachine, at now: inout Instant) -> Duration? {
    guard machine.wanted(at: now) else { return nil }
    machine.failed("no", at: now)
    guard case .backingOff(let until, "no") = machine.state else { return nil }
    let pause = now.duration(to: until)
    now = until
    return pause
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `pauses grow by 1.6 up to 120 s, spread by a fifth`(seed: UInt64) throws {
    var machine = ChannelMachine(backoff: Backoff(), seed: seed)
    var now = Instant.zero
    var expected = 1.0
    var shares: [Double] = []
    for _ in 0..<50 {
      let pause = try #require(pause(&machine, at: &now))
      let share = pause.inSeconds / expected
      #expect((0.799...1.201).contains(share), "seed \(seed)")
      shares.append(share)
      expected = min(120, expected * 1.6)
    }
    let (least, most) = (shares.min() ?? 1, shares.max() ?? 1)
    #expect(least < 0.9 && most > 1.1, "spread over \(least)...\(most), seed \(seed)")
  }

  @Test func `no attempt comes before the pause is over, and one when it is`() {
    var machine = ChannelMachine(backoff: Backoff(jitter: 0), seed: 1)
    #expect(wants(&machine, at: .zero))
    #expect(!wants(&machine, at: .zero))
    machine.failed("no", at: .zero)
    #expect(!wants(&machine, at: .zero.advanced(by: .milliseconds(999))))
    #expect(wants(&machine, at: .zero.advanced(by: .seconds(1))))
  }

  @Test func `the pause counts from the beginning of the attempt`() {
    var machine = ChannelMachine(backoff: Backoff(jitter: 0), seed: 1)
    _ = machine.wanted(at: .zero)
    machine.failed("slow", at: .zero.advanced(by: .milliseconds(400)))
    #expect(machine.state == .backingOff(until: .zero.advanced(by: .seconds(1)), reason: "slow"))
    let later = Instant.zero.advanced(by: .seconds(1))
    _ = machine.wanted(at: later)
    let end = later.advanced(by: .seconds(20))
    machine.failed("timed out", at: end)
    #expect(machine.state == .backingOff(until: end, reason: "timed out"))
  }

  @Test func `a connection that came up resets the pause`() throws {
    var machine = ChannelMachine(backoff: Backoff(jitter: 0), seed: 1)
    var now = Instant.zero
    for _ in 0..<8 { _ = try #require(pause(&machine, at: &now)) }
    #expect(wants(&machine, at: now))
    machine.connected()
    #expect(machine.state == .ready)
    #expect(!wants(&machine, at: now))
    machine.disconnected()
    #expect(machine.state == .idle)
    #expect(pause(&machine, at: &now) == .seconds(1))
  }

  @Test func `an attempt has its least time, or the pause where that is longer`() throws {
    var machine = ChannelMachine(backoff: Backoff(jitter: 0), seed: 1)
    var now = Instant.zero
    #expect(wants(&machine, at: now))
    #expect(machine.attemptEnd == now.advanced(by: .seconds(20)))
    machine.failed("no", at: now)
    now = now.advanced(by: .seconds(1))
    for _ in 0..<20 { _ = try #require(pause(&machine, at: &now)) }
    #expect(wants(&machine, at: now))
    #expect(machine.attemptEnd == now.advanced(by: .seconds(120)))
    machine.connected()
    #expect(machine.attemptEnd == nil)
  }

  @Test func `after the end nothing connects`() {
    var machine = ChannelMachine(backoff: Backoff(), seed: 1)
    _ = machine.wanted(at: .zero)
    machine.shutDown()
    machine.connected()
    machine.failed("no", at: .zero)
    machine.disconnected()
    #expect(machine.state == .shutDown)
    #expect(!wants(&machine, at: .distantFuture))
  }
}
