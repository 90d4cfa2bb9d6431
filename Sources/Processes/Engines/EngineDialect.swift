import Transcripts

/// What engines of one make can be told beside turns: the paths of it.
///
/// None of these is ever asked for on behalf of a client.
enum EngineDialect: Sendable {
  case vllm, sglang, other

  /// The make of the engine that gave a list of its models.
  init(_ list: ModelList) {
    let owner = list.owner.lowercased()
    self = owner.contains("vllm") ? .vllm : owner.contains("sglang") ? .sglang : .other
  }

  /// Where an adapter is loaded; nil where none can be.
  var loadPath: String? {
    switch self {
    case .vllm: "/v1/load_lora_adapter"
    case .sglang: "/load_lora_adapter"
    case .other: nil
    }
  }

  /// Where one is unloaded.
  var unloadPath: String? {
    switch self {
    case .vllm: "/v1/unload_lora_adapter"
    case .sglang: "/unload_lora_adapter"
    case .other: nil
    }
  }

  /// Where the prefix cache is dropped.
  var resetPath: String? {
    switch self {
    case .vllm: "/reset_prefix_cache"
    case .sglang: "/flush_cache"
    case .other: nil
    }
  }

  /// Whether the list of models names every adapter that is loaded.
  var listsAdapters: Bool { self == .vllm }
}
