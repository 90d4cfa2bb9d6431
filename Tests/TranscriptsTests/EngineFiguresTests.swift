import Testing
import Transcripts

struct EngineFiguresTests {
  private func read(_ text: String, pieces: Int = .max) throws -> EngineFigures {
    var reader = MetricsReader()
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start &+ min(pieces, bytes.count))
      try reader.take(bytes.span.extracting(start..<end))
      start = end
    }
    return try reader.finish()
  }

  private static let vllm = """
    # HELP vllm:num_requests_running Number of requests in model execution batches.
    # TYPE vllm:num_requests_running gauge
    vllm:num_requests_running{engine="0",model_name="tiny"} 3.0
    vllm:num_requests_running{engine="1",model_name="tiny"} 2.0
    vllm:num_requests_waiting{engine="0",model_name="tiny"} 7.0
    vllm:num_requests_waiting_by_reason{engine="0",model_name="tiny",reason="capacity"} 7.0
    vllm:kv_cache_usage_perc{engine="0",model_name="tiny"} 0.25
    vllm:kv_cache_usage_perc{engine="1",model_name="tiny"} 0.75
    vllm:prompt_tokens_cached_total{engine="0",model_name="tiny"} 1248.0
    vllm:cache_config_info{_block_size_resolved="True",block_size="32",cache_dtype="auto",\
    hash_block_size="None",num_cpu_blocks="None",num_gpu_blocks="16384"} 1.0

    """

  @Test(arguments: [1, 7, .max])
  func `vLLM tells its turns, its cache and its blocks`(pieces: Int) throws {
    let figures = try read(Self.vllm, pieces: pieces)
    #expect(figures.running == 5 && figures.waiting == 7 && figures.kvUse == 0.5)
    #expect(figures.blockTokens == 32 && figures.blockCount == 16_384)
    #expect(figures.cacheTokens == 524_288)
  }

  @Test func `SGLang and llama dot cpp tell theirs`() throws {
    let sglang = try read(
      """
      sglang:num_running_reqs{engine_type="unified",model_name="x",tp_rank="0"} 4.0
      sglang:num_queue_reqs{model_name="x"} 1 1796029681000
      sglang:token_usage{model_name="a \\"b\\", } c"} 1.25e-1

      """
    )
    #expect(sglang.running == 4 && sglang.waiting == 1 && sglang.kvUse == 0.125)
    let llama = try read("llamacpp:requests_processing 2\nllamacpp:requests_deferred 9\n")
    #expect(llama.running == 2 && llama.waiting == 9 && llama.kvUse == nil)
    #expect(llama.cacheTokens == nil)
  }

  @Test func `figures that can't be are left out`() throws {
    let figures = try read(
      """
      vllm:num_requests_running NaN
      vllm:num_requests_waiting -1
      vllm:kv_cache_usage_perc 17
      vllm:cache_config_info{block_size="0",num_gpu_blocks="99999999999"} 1

      """
    )
    #expect(figures == EngineFigures())
    #expect(try read("") == EngineFigures())
  }

  @Test(arguments: [
    ("a 1\nb", 2), ("a\n", 1), ("a x\n", 1), ("a 0x10\n", 1), ("a 1 2 3\n", 1), ("a 1 2.5\n", 1),
    ("{a=\"b\"} 1\n", 1), ("a{b} 1\n", 1), ("a{b=c} 1\n", 1), ("a{b=\"c} 1\n", 1),
    ("a{b=\"c\\\"} 1\n", 1), ("a{b=\"c\" d=\"e\"} 1\n", 1), ("a{b=\"c\"\n", 1), ("9a 1\n", 1),
    ("# ok\n\na 1\na inf\n", 4), ("<html>\n", 1), ("a 1e999\n", 1), ("\u{0} 1\n", 1),
  ])
  func `what is no metrics is refused with its line`(text: String, line: Int) throws {
    let fault = try #require(throws: MetricsFault.self) { try read(text) }
    #expect(fault.line == line && !fault.reason.isEmpty)
  }

  @Test func `lines and labels have a most`() throws {
    #expect(throws: MetricsFault.self) { try read(String(repeating: "a", count: 70_000)) }
    let labels = String(repeating: "a=\"b\",", count: 200)
    #expect(throws: MetricsFault.self) { try read("a{\(labels)} 1\n") }
  }
}

struct ModelListTests {
  private func read(_ text: String) -> ModelList? {
    var reader = ModelListReader()
    let bytes = Array(text.utf8)
    return reader.models(in: bytes.span)
  }

  @Test func `models and their adapters are told apart`() throws {
    let list = try #require(
      read(
        #"""
        {"object":"list","data":[{"id":"tiny","object":"model","owned_by":"vllm","parent":null,
        "permission":[{"id":"modelperm-1","organization":"*"}]},
        {"id":"alpha","owned_by":"vllm","root":"/srv/alpha","parent":"tiny","permission":[]}]}
        """#
      )
    )
    #expect(list.owner == "vllm" && list.models.map(\.id) == ["tiny", "alpha"])
    #expect(list.models.map(\.parent) == [nil, "tiny"])
    #expect(list.serves("tiny") && !list.serves("alpha") && !list.serves("modelperm-1"))
  }

  @Test func `names that a model has besides count too`() throws {
    let list = try #require(
      read(
        #"""
        {"models":[{"name":"other","id":"no"}],"object":"list","data":[{"id":"a.gguf",
        "aliases":["tiny","t"],"owned_by":"llamacpp","meta":{"id":"x"}}]}
        """#
      )
    )
    #expect(list.owner == "llamacpp" && list.models.count == 1)
    #expect(list.serves("a.gguf") && list.serves("t") && !list.serves("no") && !list.serves("x"))
  }

  @Test(arguments: [
    "", "{", "[]", "{}", #"{"data":{}}"#, #"{"data":[}"#, #"{"error":"x"}"#, "<html>", "nul",
    #"{"data":[{"id":"a"}]"#,
  ])
  func `what is no list of models says nothing`(text: String) {
    #expect(read(text) == nil)
  }

  @Test func `a list of anything else has no models`() {
    #expect(read(#"{"data":[]}"#)?.models.isEmpty == true)
    #expect(read(#"{"data":[1,"a",[{"id":"b"}],{"id":7},{"id":""}]}"#)?.models.isEmpty == true)
  }

  @Test func `names and models have a most`() throws {
    let long = String(repeating: "x", count: 1_000)
    let list = try #require(read(#"{"data":[{"id":"\#(long)"}]}"#))
    #expect(list.models.first?.id.count == 256)
    let many = (0..<2_000).map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
    #expect(read("{\"data\":[\(many)]}")?.models.count == 1_024)
  }
}
