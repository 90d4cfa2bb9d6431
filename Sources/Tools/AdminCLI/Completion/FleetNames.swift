import ArgumentParser
import Client
import HearthMessages
import HearthProto
import RivalPolicies
import Routing

/// What a shell completes: names that the control plane knows, and those that never change.
enum FleetNames: Sendable {
  case listedNodes, listedRegions, listedPlaces, listedReplicas, servedModels, latestRequests,
    allJobs

  /// Nodes.
  static var nodes: CompletionKind { listedNodes.completion }
  /// Regions.
  static var regions: CompletionKind { listedRegions.completion }
  /// Regions and nodes.
  static var places: CompletionKind { listedPlaces.completion }
  /// Replicas.
  static var replicas: CompletionKind { listedReplicas.completion }
  /// Models that are served.
  static var models: CompletionKind { servedModels.completion }
  /// The latest requests, each once.
  static var requests: CompletionKind { latestRequests.completion }
  /// Jobs, those that have ended included.
  static var jobs: CompletionKind { allJobs.completion }
  /// Policies.
  static var policies: CompletionKind { .list((Policies.own + RivalPolicies.all).map(\.name)) }

  private func names(_ fleet: FleetClient) async throws(Failure) -> [String] {
    switch self {
    case .listedNodes:
      return try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes.map(\.node)
    case .listedRegions:
      return try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions.map(\.region)
    case .listedPlaces:
      let regions = try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions
      let nodes = try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes
      return regions.map(\.region) + nodes.map(\.node)
    case .listedReplicas:
      return try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas.map(\.id)
    case .servedModels:
      let replicas = try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas
      return Set(replicas.map(\.model)).sorted()
    case .latestRequests:
      let latest = HearthV1.ListDecisionsRequest(limit: 100)
      let list = try await fleet.ask(HearthV1.Admin.listDecisions, latest)
      return Set(list.decisions.map(\.requestId)).sorted()
    case .allJobs:
      return try await fleet.ask(HearthV1.Jobs.listJobs, .init(all: true)).jobs.map(\.name)
    }
  }

  /// What the control plane tells that the words of the line, or the environment, are about;
  /// nothing where it can't be reached.
  private var completion: CompletionKind {
    .custom { (words: [String], _: Int, _: String) async -> [String] in
      await found(for: words)
    }
  }

  private func found(for words: [String]) async -> [String] {
    do {
      let connection = try ConnectionOptions.parse(Self.connectionWords(in: words))
      let found = try await connection.connected { fleet in try await names(fleet) }
      // A shell would run what a peer calls itself, were it not a plain name.
      return found.filter { name in name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } }
    } catch {
      return []
    }
  }

  /// The options among some words that say where the control plane is, with their values.
  static func connectionWords(in words: [String]) -> [String] {
    let names = ["--address", "--tls-authority", "--tls-certificate", "--tls-key"]
    var found: [String] = []
    for (index, word) in words.enumerated() {
      if names.contains(where: { word.hasPrefix($0 + "=") }) { found.append(word) }
      if names.contains(word), index + 1 < words.count { found += [word, words[index + 1]] }
    }
    return found
  }
}
