import ArgumentParser
import Basics
import Client
import Foundation
import HearthMessages
import HearthProto

struct DebugCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug",
    abstract: "Write all that the control plane says of the fleet to a file, for a bug report.",
    discussion: """
      The file is JSON: version, machine, regions, nodes, replicas, the queue, jobs, the latest \
      decisions and the capacity. It has names of tenants, models, jobs and requests, and no prompts. What could not \
      be fetched has the error in its place: the file is written even without a control plane.

      Exit codes: 0 written, 1 it can't be written.

      Example:
        hearth debug --file bug.json
      """
  )

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file; - is standard output.", valueName: "file"),
    completion: .file()
  )
  var file = "hearth-debug.json"
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let bundle = try await connection.connected { await DebugBundle.object(of: $0) }
    let text = bundle.jsonText(isPretty: true) + "\n"
    guard file != "-" else { return print(text, terminator: "") }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    } catch {
      throw Failure(.failed, "\(file) can't be written: \(error.localizedDescription)")
    }
    print("\(file) has \(count(text.utf8.count, "byte")): look through it before you attach it")
  }
}

/// What a bug report needs to know.
enum DebugBundle {
  static func object(of fleet: FleetClient) async -> JSONObject {
    let machine = ProcessInfo.processInfo
    return [
      "version": HearthVersion.text,
      "written": Date().formatted(.iso8601),
      "controlPlane": fleet.control,
      "machine": [
        "system": machine.operatingSystemVersionString,
        "processors": machine.activeProcessorCount,
        "memoryBytes": Int(clamping: machine.physicalMemory),
      ] as JSONObject,
      "status": await part { () async throws(Failure) in
        StatusCommand.json(try await fleet.ask(HearthV1.Admin.getStatus, .init()))
      },
      "regions": await part { () async throws(Failure) in
        try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions.map(RegionCommand.json)
      },
      "nodes": await part { () async throws(Failure) in
        try await fleet.ask(HearthV1.Admin.listNodes, .init()).nodes.map(NodeListing.json)
      },
      "queue": await part { () async throws(Failure) in
        try await fleet.ask(HearthV1.Admin.listQueue, .init()).turns.map(QueueListing.json)
      },
      "jobs": await part { () async throws(Failure) in
        try await fleet.ask(HearthV1.Jobs.listJobs, .init(all: true)).jobs
          .map(JobListing.listing.fields)
      },
      "decisions": await part { () async throws(Failure) in
        try await fleet.ask(HearthV1.Admin.listDecisions, .init(limit: 100)).decisions
          .map(ExplainCommand.listing.fields)
      },
      "capacity": await part { () async throws(Failure) in
        CapacityJSON.report(try await fleet.ask(HearthV1.Admin.getCapacity, .init()))
      },
    ]
  }

  /// A part of the bundle, or why it is not there.
  private static func part<Part: Encodable>(
    _ ask: () async throws(Failure) -> Part
  ) async -> any Encodable {
    do throws(Failure) {
      return try await ask()
    } catch {
      return ["error": error.message] as JSONObject
    }
  }
}
