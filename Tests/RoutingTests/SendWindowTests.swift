import Basics
import Testing

@testable import Routing

struct SendWindowTests {
  private func at(_ seconds: Double) -> Instant { .zero.advanced(by: Duration(inSeconds: seconds)) }

  /// A window whose placements were each heard of after as long.
  private func window(delay: Double, count: Int = 200, prefill: Double = 0) -> SendWindow {
    var window = SendWindow()
    for number in 0..<count {
      let placed = at(Double(number) * 10)
      window.placed(prefill, at: placed)
      let heard = placed.advanced(by: Duration(inSeconds: delay))
      window.endWait(placed: placed, isAccepted: true, at: heard)
    }
    return window
  }

  @Test func `it covers the delay of the loop, less half the prefill of a turn`() {
    #expect(SendWindow().seconds(at: at(1)) == 0)
    #expect(abs(window(delay: 0.75).seconds(at: at(3_000)) - 0.75) < 1e-3)
    #expect(abs(window(delay: 0.75, prefill: 0.5).seconds(at: at(3_000)) - 0.5) < 1e-3)
    #expect(window(delay: 0.2, prefill: 0.5).seconds(at: at(3_000)) == 0)
  }

  @Test func `a jittered delay counts with its mean deviation`() {
    var window = SendWindow()
    for number in 0..<400 {
      let placed = at(Double(number) * 10)
      window.placed(0, at: placed)
      let delay = number % 2 == 0 ? 0.5 : 1.5
      let heard = placed.advanced(by: Duration(inSeconds: delay))
      window.endWait(placed: placed, isAccepted: true, at: heard)
    }
    #expect(abs(window.seconds(at: at(5_000)) - 1.5) < 0.1)
  }

  @Test func `what nobody has heard of widens it, as long as it is awaited`() {
    var window = SendWindow()
    window.placed(0, at: at(1))
    window.placed(0, at: at(2))
    #expect(window.seconds(at: at(5)) == 3.5)
    window.endWait(placed: at(1), isAccepted: false, at: at(5))
    #expect(window.seconds(at: at(5)) == 3)
    window.endWait(placed: at(2), isAccepted: false, at: at(5))
    #expect(window.seconds(at: at(50)) == 0)
  }

  @Test func `it grows once a loop while the replica runs dry, and falls back slowly`() {
    var window = window(delay: 1)
    window.ranDry(at: at(3_000))
    window.ranDry(at: at(3_000.5))
    let once = window.seconds(at: at(3_000.5))
    #expect(once > 1.45 && once < 1.5)
    for loop in 1...20 { window.ranDry(at: at(3_000 + 2 * Double(loop))) }
    #expect(window.seconds(at: at(3_040)) <= 3.001 && window.seconds(at: at(3_040)) > 2.5)
    #expect(abs(window.seconds(at: at(3_300)) - 1) < 0.01)
  }
}
