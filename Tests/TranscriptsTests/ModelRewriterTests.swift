import Testing
import Transcripts

struct ModelRewriterTests {
  private func rewrite(_ body: String) -> String {
    String(decoding: ModelRewriter.rewrite(Array(body.utf8), model: "n\"w"), as: UTF8.self)
  }

  @Test(arguments: [
    (#"{"model":"old","a":1}"#, #"{"model":"n\"w","a":1}"#),
    (#"{"a":{"model":"x"},"model" : "old" }"#, #"{"a":{"model":"x"},"model" : "n\"w" }"#),
    (#"{"a":["model","x"],"model":"o\"ld\\"}"#, #"{"a":["model","x"],"model":"n\"w"}"#),
    (#"{"model":"a","model":"b"}"#, #"{"model":"n\"w","model":"n\"w"}"#),
    (#"{"x":"model","y":"model","model":"a"}"#, #"{"x":"model","y":"model","model":"n\"w"}"#),
  ])
  func `only the model's name is replaced`(body: String, expected: String) {
    #expect(rewrite(body) == expected)
    #expect(rewrite(expected) == expected)
  }

  @Test(arguments: [
    "", "{", "}", "]]]", "\"model\":\"a\"", #"["model","a"]"#, #"{"model":7}"#, #"{"model":null}"#,
    #"{"model":{"model":"a"}}"#, #"{"model":["model","a"]}"#, #"{"model":"a"#, "{\"model\":\"a\\",
    #"{"model"}"#, #"{"models":"a"}"#,
  ])
  func `what has no name of a model stays as it is`(body: String) {
    #expect(rewrite(body) == body)
  }
}
