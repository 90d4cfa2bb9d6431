import Basics
import Testing

@Suite(.timeLimit(.minutes(5)))
struct NearestNameTests {
  @Test(arguments: [
    ("h100-sxn", "h100-sxm"), ("H10", "h100"), ("mi30x", "mi300x"), ("l4s", "l40s"),
  ])
  func `a misspelt name finds the one that was meant`(text: String, name: String) {
    #expect(text.nearest(in: ["h100-sxm", "h100", "mi300x", "l40s"]) == name)
  }

  @Test(arguments: ["", "tpu", "gaudi", String(repeating: "h", count: 100_000)])
  func `a name that is like none finds none`(text: String) {
    #expect(text.nearest(in: ["h100-sxm", "mi300x", "l40s"]) == nil)
  }
}
