import Basics
import Testing

struct JSONTextTests {
  private struct Point: JSONWritable {
    var name: String
    var figures: [Double] = []
    var inner: [Point] = []

    func write(to json: inout JSONText) {
      json.object {
        $0.field("name", name)
        $0.field("figures", figures)
        $0.field("inner", inner)
      }
    }
  }

  @Test func `objects and lists are parted by commas, however deep they are`() {
    let point = Point(
      name: "a",
      figures: [1, 0.5],
      inner: [Point(name: "b"), Point(name: "c", inner: [Point(name: "d")])]
    )
    let leaf = #""figures":[],"inner":[]}"#
    #expect(
      text(point)
        == #"{"name":"a","figures":[1.0,0.5],"inner":[{"name":"b",\#(leaf),"#
        + #"{"name":"c","figures":[],"inner":[{"name":"d",\#(leaf)]}]}"#
    )
  }

  @Test func `what JSON can't hold is null, and what readers would round is a text`() {
    #expect(text([Double.infinity, .nan, 2]) == "[null,null,2.0]")
    #expect(text([UInt64.max]) == #"["18446744073709551615"]"#)
    #expect(text([Int64.min]) == #"["-9223372036854775808"]"#)
    #expect(text([Int32(-1)]) == "[-1]")
    #expect(text([true, false]) == "[true,false]")
    #expect(text(String?.none) == "null")
    #expect(text("a\"\\\n\u{202e}") == #""a\"\\\n\u202e""#)
  }

  private func text(_ value: some JSONWritable) -> String {
    String(decoding: value.jsonBytes, as: UTF8.self)
  }
}
