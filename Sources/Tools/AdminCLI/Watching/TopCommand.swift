import ArgumentParser
import Basics
import Client
import HearthMessages
import HearthProto

struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Watch regions, jobs, replicas, the queue and the hit rate on a full screen.",
    discussion: """
      Keys: n, s, r, w, u and c sort replicas by name, state, running and waiting turns, KV in use \
      and KV cached; q ends. The hit rate is that of the latest turns. Without a terminal, or with \
      --once, the screen is printed once.

      Examples:
        hearth top
        hearth top --sort waiting --once
      """
  )

  @Option(
    help: ArgumentHelp(
      "How often the fleet is asked, such as 500ms. (default: 1s)",
      valueName: "time"
    )
  )
  var interval: String?
  @Option(help: ArgumentHelp("What replicas are sorted by.", valueName: "key"))
  var sort = TopOrder.running
  @Flag(help: "Print the screen once.") var once = false
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    _ = try pause()
    guard interval == nil || !once else {
      throw ValidationError("--interval is about a screen that is shown again: not with --once")
    }
  }

  private func pause() throws -> Duration {
    let range = Duration.milliseconds(100) ... .seconds(3_600)
    return try duration("--interval", interval, in: range, example: "1s") ?? .seconds(1)
  }

  func run() async throws {
    let interval = try pause()
    try await connection.connected { fleet in
      guard !once, let screen = Screen() else {
        let view = try await TopView(of: fleet)
        return print(view.lines(by: sort).map { $0 + "\n" }.joined(), terminator: "")
      }
      var order = sort
      var view = try await TopView(of: fleet)
      var failure = ""
      var next = ContinuousClock.now + interval
      while true {
        screen.show(
          [failure.isEmpty ? order.hint : failure, ""] + view.lines(by: order)
        )
        switch screen.key(within: max(.zero, next - .now)) {
        case "q": return
        case let key?: order = TopOrder.allCases.first { $0.key == key } ?? order
        case nil:
          next = .now + interval
          do throws(Failure) {
            view = try await TopView(of: fleet)
            failure = ""
          } catch {
            failure = Terminal.safe(error.message)
          }
        }
      }
    }
  }
}

/// What replicas are sorted by.
enum TopOrder: String, CaseIterable, ExpressibleByArgument {
  case name, state, running, waiting, used, cached

  /// The key that asks for it.
  var key: Character { self == .used ? "u" : rawValue.first ?? "n" }

  /// What the screen is sorted by, and the keys that change it.
  var hint: String {
    let keys = Self.allCases.map { "\($0.key) \($0.rawValue)" }.joined(separator: ", ")
    return "sorted by \(rawValue) (\(keys)); q ends"
  }
}

/// The fleet at one moment.
struct TopView {
  let status: HearthV1.FleetStatus
  let regions: [HearthV1.RegionStatus]
  let replicas: [HearthV1.ReplicaStatus]
  /// Nil where the control plane runs none.
  let jobs: HearthV1.JobList?

  /// Jobs that are shown, those with workers first.
  private static let jobsMax = 12

  init(
    status: HearthV1.FleetStatus,
    regions: [HearthV1.RegionStatus],
    replicas: [HearthV1.ReplicaStatus],
    jobs: HearthV1.JobList? = nil
  ) {
    (self.status, self.regions, self.replicas, self.jobs) = (status, regions, replicas, jobs)
  }

  init(of fleet: FleetClient) async throws(Failure) {
    status = try await fleet.ask(HearthV1.Admin.getStatus, .init())
    regions = try await fleet.ask(HearthV1.Admin.listRegions, .init()).regions
    replicas = try await fleet.ask(HearthV1.Admin.listReplicas, .init()).replicas
    jobs = try await fleet.jobsIfAny()
  }

  /// The screen.
  func lines(by order: TopOrder) -> [String] {
    let rate = status.predictions?.hitRate
    let hits = rate.flatMap { $0.samples > 0 ? $0.actual.percent : nil } ?? "-"
    let head =
      [
        "hearth \(status.version)  policy \(status.policy)  up "
          + "\(Duration.nanoseconds(status.uptimeNs).text) of wall time",
        "nodes \(status.nodesReady) of \(status.nodes) ready  replicas \(status.replicasReady) of "
          + "\(status.replicas) ready  waiting \(status.waiting)  hit rate \(hits)",
        "turns: \(status.placed) placed, \(status.completed) completed, \(status.cutShort) cut "
          + "short; " + count(status.refused, "refusal"),
      ] + (jobs.map { ["jobs: " + JobListing.summary($0)] } ?? [])
    let alarms = (status.predictions?.alarms ?? []).map { "ALARM " + $0 }
    let tables = "\n\(regionTable)\n\(jobTable)\(replicaTable(order))"
    return (head + alarms).map { Terminal.safe($0) }
      + tables.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  private var regionTable: String {
    Listing<HearthV1.RegionStatus>(
      name: \.region,
      columns: [
        .init("REGION", \.region), .init("STATE") { $0.state.word },
        .init("NODES", number: true) { "\($0.nodesReady) of \($0.nodes)" },
        .init("RUNNING", number: true) { "\(turns(in: $0, \.running))" },
        .init("WAITING", number: true) { "\(turns(in: $0, \.waiting))" },
      ],
      fields: { _ in [:] }
    ).text(regions, as: .table)
  }

  private func turns(
    in region: HearthV1.RegionStatus,
    _ count: KeyPath<HearthV1.ReplicaLoad, UInt32>
  ) -> Int {
    replicas.reduce(0) {
      $1.region == region.region ? $0 + Int($1.carried[keyPath: count]) : $0
    }
  }

  private var jobTable: String {
    guard let jobs = jobs?.jobs, !jobs.isEmpty else { return "" }
    let sorted = jobs.filter { !$0.workers.isEmpty } + jobs.filter(\.workers.isEmpty)
    let more = sorted.count - Self.jobsMax
    return JobListing.listing.text(Array(sorted.prefix(Self.jobsMax)), as: .table)
      + (more > 0 ? "(\(more) more: `hearth job list`)\n" : "") + "\n"
  }

  private func replicaTable(_ order: TopOrder) -> String {
    let sorted = replicas.sorted { left, right in
      let (one, other) = (order.figure(left), order.figure(right))
      return one == other ? left.id < right.id : one > other
    }
    let listing = ReplicaCommand.listing
    return Listing(
      name: listing.name,
      columns: listing.columns.filter { !$0.isWide && $0.title != "REASON" },
      fields: listing.fields
    ).text(sorted, as: .table)
  }
}

extension TopOrder {
  /// What is sorted by, the greatest first; names decide between equals.
  fileprivate func figure(_ replica: HearthV1.ReplicaStatus) -> Int64 {
    switch self {
    case .name: 0
    case .state: Int64(replica.availability.rawValue)
    case .running: Int64(replica.carried.running)
    case .waiting: Int64(replica.carried.waiting)
    case .used: Int64(replica.carried.blocksUsed)
    case .cached: Int64(replica.carried.blocksCached)
    }
  }
}
