import Basics
import Client
import HearthMessages
import HearthProto

/// What of the fleet a client has to know to send it turns.
struct Serving {
  let model: String
  let blockTokens: Int
  /// Regions with replicas of the model, by name.
  let regions: [String]

  /// Finds what serves `model`, or the only model that is served.
  init(of fleet: FleetClient, model wanted: String?) async throws(Failure) {
    let replicas = try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas
    let models = Set(replicas.map(\.model)).sorted()
    guard !models.isEmpty else {
      throw Failure(
        .failed,
        "the fleet has no replicas yet: `hearth status --wait 30s` waits for them"
      )
    }
    if let wanted {
      model = try resolve(wanted, "model", among: models)
    } else if models.count == 1 {
      model = models[0]
    } else {
      throw Failure(
        .failed,
        "the fleet serves \(models.joined(separator: ", ")): choose one with --model"
      )
    }
    let model = model
    let serving = replicas.filter { $0.model == model }
    let sizes = serving.compactMap { $0.replica.map { Int($0.blockTokens) } }
    let counts = sizes.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    guard let size = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key else {
      throw Failure(.failed, "replicas of \(model) do not say how large their blocks are")
    }
    if counts.count > 1 {
      Terminal.complain(
        "replicas of \(model) keep blocks of different sizes (\(counts.keys.sorted())); prompts "
          + "are hashed in blocks of \(size), and go only where those are kept"
      )
    }
    guard (1...65_536).contains(size) else {
      let tokens = count(size, "token")
      throw Failure(.failed, "replicas of \(model) say that their blocks have \(tokens)")
    }
    blockTokens = size
    regions = Set(serving.filter { $0.availability != .lost }.map(\.region)).sorted()
  }
}
