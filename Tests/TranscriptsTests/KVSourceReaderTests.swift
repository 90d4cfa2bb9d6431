import Testing
import Transcripts

@Suite(.timeLimit(.minutes(5)))
struct KVSourceReaderTests {
  private func sources(_ text: String) -> [KVSource]? {
    var reader = KVSourceReader()
    return reader.sources(in: Array(text.utf8).span, host: "10.0.0.7")
  }

  @Test func `settings by rank and lists of ranks are read`() {
    #expect(
      sources(
        """
        {"0":{"enable_kv_cache_events":true,"publisher":"zmq","endpoint":"tcp://*:5557",\
        "replay_endpoint":"tcp://*:5558","buffer_steps":1000,"topic":"kv@10.0.0.1@tiny"},
        "1":{"endpoint":"tcp://0.0.0.0:5567","replay_endpoint":null}}
        """
      ) == [
        KVSource(endpoint: "tcp://10.0.0.7:5557", replay: "tcp://10.0.0.7:5558"),
        KVSource(endpoint: "tcp://10.0.0.7:5567"),
      ]
    )
    #expect(
      sources(
        #"[{"data_parallel_rank":0,"endpoint":"tcp://10.1.1.1:5557","replay_endpoint":null}]"#
      ) == [KVSource(endpoint: "tcp://10.1.1.1:5557")]
    )
  }

  @Test func `an engine that connects instead of listening has no endpoint, but may replay`() {
    #expect(
      sources(#"{"0":{"endpoint":"tcp://1.2.3.4:1","replay_endpoint":"tcp://1.2.3.4:2"}}"#)
        == [KVSource(endpoint: "", replay: "tcp://1.2.3.4:2")]
    )
  }

  @Test func `engines that publish nothing have no sources`() {
    for text in [
      "{}", "[]", "7", #"{"0":null}"#, #"{"0":{}}"#, #"{"endpoint":"tcp://*:1"}"#,
      #"{"0":{"enable_kv_cache_events":false,"endpoint":"tcp://*:1"}}"#,
      #"{"0":{"publisher":"null","endpoint":"tcp://*:1"}}"#, #"[["endpoint","tcp://*:1"]]"#,
    ] { #expect(sources(text) == [], "\(text)") }
    for text in ["", "{", #"{"detail":"Not Found"}x"#] { #expect(sources(text) == nil, "\(text)") }
  }
}
