import Basics
import HearthMessages

/// What a gateway knows of a model, or of a LoRA adapter that is asked for by its own name.
struct ServedModel {
  /// The model, or that of the adapter.
  let model: String
  /// Empty for the model itself.
  var adapter = ""
  /// Tokens in a block of its replicas.
  let blockTokens: Int
}

/// The models of the fleet, and their adapters.
struct ServedModels {
  /// Those that are served now.
  private(set) var names: [String] = []
  /// Those that are or were served: what is away may come back.
  private var known: [String: ServedModel] = [:]

  /// More models than a fleet has.
  private static let knownMax = 100_000

  /// The model of a name, unless none was ever served under it.
  subscript(_ name: String) -> ServedModel? { known[name] }

  /// Whether no such model was ever served, though others are now: the fleet has begun.
  func isUnknownBesideOthers(_ name: String) -> Bool { known[name] == nil && !names.isEmpty }

  /// Takes in the fleet's replicas.
  mutating func update(_ replicas: [HearthV1.ReplicaStatus]) {
    var served: [String: ServedModel] = [:]
    for status in replicas {
      guard let replica = status.replica, let name = replica.model?.name else { continue }
      let model = ServedModel(model: name, blockTokens: Int(replica.blockTokens))
      // A model goes before an adapter of its name.
      if served[name]?.adapter != "" { served[name] = model }
      for adapter in status.adapters?.names ?? [] where served[adapter] == nil {
        served[adapter] = ServedModel(
          model: name,
          adapter: adapter,
          blockTokens: model.blockTokens
        )
      }
    }
    names = served.keys.sorted()
    if known.count > Self.knownMax { known = [:] }
    known.merge(served) { $1 }
  }

  /// The list, as OpenAI's API has it.
  var list: String {
    let items = names.map(description)
    return #"{"object":"list","data":[\#(items.joined(separator: ","))]}"#
  }

  /// A model, as that API has it: an adapter names its model.
  func description(of name: String) -> String {
    let base = known[name].flatMap { $0.adapter.isEmpty ? nil : $0.model.quoted() }
    let parent = base.map { #","parent":\#($0)"# } ?? ""
    return #"{"id":\#(name.quoted()),"object":"model","created":0,"owned_by":"hearth"\#(parent)}"#
  }
}
