import Basics
import HearthMessages

/// What a gateway knows of a model.
struct ServedModel {
  /// Tokens in a block of its replicas.
  let blockTokens: Int
}

/// The models of the fleet.
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
      served[name] = served[name] ?? ServedModel(blockTokens: Int(replica.blockTokens))
    }
    names = served.keys.sorted()
    if known.count > Self.knownMax { known = [:] }
    known.merge(served) { $1 }
  }

  /// The list, as OpenAI's API has it.
  var list: String {
    let items = names.map(Self.description)
    return #"{"object":"list","data":[\#(items.joined(separator: ","))]}"#
  }

  /// A model, as that API has it.
  static func description(of name: String) -> String {
    #"{"id":\#(name.quoted()),"object":"model","created":0,"owned_by":"hearth"}"#
  }
}
