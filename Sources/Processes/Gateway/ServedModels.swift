import Basics
import HearthMessages

/// The models that the fleet serves, and the LoRA adapters that have names of their own.
struct ServedModels {
  /// What a name in a request stands for.
  struct Served: Equatable {
    /// The model.
    var model: String
    /// The adapter of it; empty for none.
    var adapter = ""
    /// Tokens in a block of its replicas.
    var blockTokens: Int
  }

  private var models: [String: Served] = [:]

  /// Knows none.
  init() {}

  /// Makes the list of what replicas serve; a model goes before an adapter of its name.
  init(_ replicas: [HearthV1.ReplicaStatus]) {
    for status in replicas {
      guard let replica = status.replica, let name = replica.model?.name else { continue }
      let served = Served(model: name, blockTokens: Int(replica.blockTokens))
      if models[name]?.adapter != "" { models[name] = served }
      for adapter in status.adapters?.names ?? [] where models[adapter] == nil {
        models[adapter] = Served(model: name, adapter: adapter, blockTokens: served.blockTokens)
      }
    }
  }

  /// Whether nothing is served.
  var isEmpty: Bool { models.isEmpty }

  /// What a name stands for; nil for one that is not served.
  subscript(name: String) -> Served? { models[name] }

  /// The list as OpenAI's API has it: an adapter names its model.
  var json: String {
    let list = models.keys.sorted().map { name in
      let adapterOf = models[name].flatMap { $0.adapter.isEmpty ? nil : $0.model.quoted() }
      let parent = adapterOf.map { #","parent":\#($0)"# } ?? ""
      return #"{"id":\#(name.quoted()),"object":"model","created":0,"owned_by":"hearth"\#(parent)}"#
    }
    return #"{"object":"list","data":[\#(list.joined(separator: ","))]}"#
  }
}
