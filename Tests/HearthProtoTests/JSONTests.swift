import Basics
import Foundation
import HearthMessages
import HearthProto
import Testing

/// Messages as proto3 maps them to JSON.
struct JSONTests {
  @Test func `a message has all its fields, by their names in camel case`() throws {
    let list = HearthV1.DecisionList(
      decisions: [
        HearthV1.Decision(
          requestId: "one",
          ageNs: 1 << 60,
          verdict: .placed(.init(replica: "a1/0", cachedTokens: 7)),
          candidates: [.init(replica: "a1/0", terms: [.init(name: "prefill", seconds: 0.25)])],
          state: .accepted
        )
      ]
    )
    let object = try JSONSerialization.jsonObject(with: Data(list.jsonBytes)) as? [String: Any]
    #expect(object?["reach"] is NSNull)
    let decision = try #require((object?["decisions"] as? [[String: Any]])?.first)
    #expect(decision["requestId"] as? String == "one")
    #expect(decision["ageNs"] as? String == "1152921504606846976")
    #expect(decision["state"] as? String == "DECISION_STATE_ACCEPTED")
    #expect((decision["placed"] as? [String: Any])?["cachedTokens"] as? Int == 7)
    #expect(decision["refused"] == nil)
    let candidate = try #require((decision["candidates"] as? [[String: Any]])?.first)
    #expect((candidate["terms"] as? [[String: Any]])?.first?["seconds"] as? Double == 0.25)
  }

  @Test func `a value that is not known here is its number`() {
    let node = HearthV1.NodeStatus(availability: .unrecognized(99))
    let text = String(decoding: HearthV1.ListNodesResponse(nodes: [node]).jsonBytes, as: UTF8.self)
    #expect(text.contains(#""availability":99"#))
  }
}
