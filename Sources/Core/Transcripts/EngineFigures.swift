import Basics

/// What an engine says of its load, as far as it says anything.
public struct EngineFigures: Sendable, Hashable {
  /// Turns in its batch.
  public var running: Int?
  /// Turns that wait for a place in it.
  public var waiting: Int?
  /// What share of its KV blocks turns hold, from 0 to 1.
  public var kvUse: Double?
  /// Tokens in a KV block.
  public var blockTokens: Int?
  /// Its KV blocks.
  public var blockCount: Int?

  /// Makes the figures of an engine that says nothing.
  public init() {}

  /// Tokens that its KV cache holds.
  public var cacheTokens: Int? {
    guard let blockTokens, let blockCount else { return nil }
    let (tokens, overflow) = blockTokens.multipliedReportingOverflow(by: blockCount)
    return overflow ? nil : tokens
  }
}

extension EngineFigures {
  /// What a series of an engine's metrics is about.
  enum Series {
    case running, waiting, kvUse, cache

    /// The names that vLLM, SGLang and llama.cpp give, and those that they gave.
    init?(_ name: Span<UInt8>) {
      if name.equals("vllm:num_requests_running") || name.equals("sglang:num_running_reqs")
        || name.equals("llamacpp:requests_processing")
      {
        self = .running
      } else if name.equals("vllm:num_requests_waiting") || name.equals("sglang:num_queue_reqs")
        || name.equals("llamacpp:requests_deferred")
      {
        self = .waiting
      } else if name.equals("vllm:kv_cache_usage_perc") || name.equals("vllm:gpu_cache_usage_perc")
        || name.equals("sglang:token_usage") || name.equals("llamacpp:kv_cache_usage_ratio")
      {
        self = .kvUse
      } else if name.equals("vllm:cache_config_info") {
        self = .cache
      } else {
        return nil
      }
    }
  }
}
