import Basics
import Testing
import Transcripts

@Suite(.timeLimit(.minutes(5)))
struct TokenIDFilterTests {
  private func filtered(
    _ text: String,
    streams: Bool = false,
    size: Int = .max
  ) -> (text: String, prompt: [UInt32]?, answer: [UInt32]) {
    var filter = TokenIDFilter(streams: streams)
    var output = Bytes()
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: min(size, max(1, bytes.count))) {
      let end = start + min(size, bytes.count - start)
      filter.take(bytes.span.extracting(start..<end), into: &output)
    }
    return (
      String(decoding: output.array(), as: UTF8.self), filter.promptTokens, filter.answerTokens
    )
  }

  @Test func `ids are taken out of events, and the rest is what comes when nobody asks`() {
    func answer(_ prompt: String, _ first: String, _ second: String) -> String {
      """
      data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}],\
      "prompt_token_ids":\(prompt),"prompt_text":null}

      : a comment with a " and a {

      data: {"choices":[{"delta":{"content":"a \\"token_ids\\":[9] \\\\"},"token_ids":\(first)}]}

      data: {"choices":[{"delta":{"content":"b"},"logprobs":{"content":[{"token_ids":[7]}]},\
      "token_ids": \(second)}]}

      data: [DONE]


      """
    }
    let asked = answer("[1,1217, 4294967295]", "[980]", "[5,6]")
    for size in [1, 2, 3, 7, 64, .max] {
      let read = filtered(asked, streams: true, size: size)
      #expect(read.text == answer("null", "null", "null"))
      #expect(read.prompt == [1, 1217, .max])
      #expect(read.answer == [980, 5, 6])
    }
    let unasked = answer("null", "null", "null")
    let read = filtered(unasked, streams: true)
    #expect(read.text == unasked && read.prompt == nil && read.answer.isEmpty)
  }

  @Test func `a whole answer has the prompt's ids beside its choices, or in them`() {
    let chat = """
      {
        "choices": [ { "message": { "content": "x" }, "token_ids": [ 3 , 4 ] } ],
        "prompt_token_ids": [ 1, 2 ]
      }
      """
    var read = filtered(chat)
    #expect(read.prompt == [1, 2] && read.answer == [3, 4])
    #expect(read.text.contains(#""token_ids": null }"#))
    #expect(read.text.contains("\"prompt_token_ids\": null\n"))
    let completion =
      #"{"choices":[{"text":"x","token_ids":[3],"prompt_token_ids":[]},{"prompt_token_ids":[1]}]}"#
    read = filtered(completion)
    #expect(read.prompt == [] && read.answer == [3])
  }

  @Test func `what only looks like ids passes, and what is in ids and is none goes with them`() {
    for text in [
      #"{"x":{"token_ids":[1]}}"#, #"["token_ids",[1]]"#, #"{"token_ids":"[1]"}"#,
      #"{"my_token_ids":[1],"token_idsx":[2]}"#, #"{"a":"token_ids","b":[1]}"#,
      #"token_ids:[1]"#, #"{"token_ids":7}"#, "", "}}]]", #"{"token_ids""#,
    ] {
      let read = filtered(text)
      #expect(read.text == text && read.answer.isEmpty)
    }
    let read = filtered(#"{"token_ids":[1,[2],"x"],"a":[3]}"#)
    #expect(read.text == #"{"token_ids":null,"a":[3]}"#)
    #expect(read.answer == [1, 2])
  }

  @Test func `a body that says something of ids is left alone`() {
    #expect(TokenIDFilter.mayAsk(Array(#"{"model":"m","messages":[]}"#.utf8)))
    #expect(TokenIDFilter.mayAsk(Array(#"{"user":"my return_token_ids"}"#.utf8)))
    #expect(!TokenIDFilter.mayAsk(Array(#"{"a":"","return_token_ids":true}"#.utf8)))
    #expect(!TokenIDFilter.mayAsk(Array(#"{""return_token_ids":false}"#.utf8)))
  }
}
