import Basics
import HearthMessages
import HearthProto
import Workers

/// Where a node keeps what it has of jobs.
///
/// `run`: what agent and shims tell each other. `orders`: what was asked, a file for each worker
/// that is not forgotten. `logs`: output, a folder for each attempt. `work`: where workers start,
/// a folder for each job. `lease`: until when workers may go on.
struct JobFolder: Sendable {
  let path: String

  /// Attempts of which the output is kept.
  static let attemptsMax = 64

  var run: String { path + "/run" }
  var lease: String { path + "/lease" }
  private var orders: String { path + "/orders" }
  private var logs: String { path + "/logs" }
  private var work: String { path + "/work" }
  private var trash: String { path + "/trash" }
  private var checkpoints: String { path + "/checkpoints" }

  init(_ path: String) throws(WorkerFault) {
    self.path = path
    for folder in [path, orders, logs, work, trash] { try Files.makeOwn(folder) }
  }

  /// Where the output of an attempt is.
  func log(of id: WorkerID) -> String { "\(logs)/\(id.job)/\(id.worker).\(id.epoch)" }

  /// What a program is told by of its end.
  func notice(of id: WorkerID) -> String { log(of: id) + "/notice" }

  /// Where a program writes what it has computed: the operations of its forward passes and of its
  /// backward passes in this attempt, two numbers.
  func operations(of id: WorkerID) -> String { log(of: id) + "/operations" }

  /// What a program has written there; nil for what is no count.
  func countedOperations(of id: WorkerID) -> (forward: Double, backward: Double)? {
    let numbers = (Files.text(operations(of: id)) ?? "").split(whereSeparator: \.isWhitespace)
      .map { Double($0) ?? .nan }
    // A millennium of a million GPUs has 3e31.
    guard numbers.count == 2, numbers.allSatisfy({ (0...1e32).contains($0) }) else { return nil }
    return (numbers[0], numbers[1])
  }

  /// Where workers of a job start that name no folder.
  func work(of id: WorkerID) -> String { "\(work)/\(id.job)" }

  /// Where what is kept of a job's own checkpoints is.
  func checkpoints(of job: String) -> String { "\(checkpoints)/\(job)" }

  // MARK: Orders

  /// Makes the folders of a worker and keeps what was asked; its variables are in its spec.
  func keep(_ order: HearthV1.WorkerStart, of id: WorkerID) throws {
    try Files.makeFolders(log(of: id), mode: 0o700)
    try Files.makeFolders(work(of: id), mode: 0o700)
    var order = order
    order.variables = []
    order.spec?.environment = []
    var bytes = Bytes()
    try order.encode(into: &bytes, arena: CallArena())
    try Files.keep(bytes.array(), "\(orders)/\(id)")
  }

  /// What was asked of those that are not forgotten; nil for what can't be read.
  func kept() -> [(id: WorkerID, order: HearthV1.WorkerStart?)] {
    Files.list(orders).compactMap { name in
      guard let id = WorkerID(directory: name) else { return nil }
      let order = (try? Files.read("\(orders)/\(name)")).flatMap {
        try? HearthV1.WorkerStart(decoding: $0.span, arena: CallArena())
      }
      return (id, order)
    }
  }

  /// Drops what was asked of a worker; its output stays.
  func forget(_ id: WorkerID) { Files.remove("\(orders)/\(id)") }

  // MARK: Attempts

  /// The attempts at a worker that this node has seen and still has output of.
  func epochs(of job: String, _ rank: Int) -> [Int] {
    Files.list("\(logs)/\(job)").compactMap { Self.attempt($0) }.filter { $0.rank == rank }
      .map(\.epoch)
  }

  private static func attempt(_ name: String) -> (rank: Int, epoch: Int)? {
    let parts = name.split(separator: ".").compactMap { Int($0) }
    guard parts.count == 2, parts[0] >= 0, parts[1] >= 0, "\(parts[0]).\(parts[1])" == name else {
      return nil
    }
    return (parts[0], parts[1])
  }

  /// Takes the output of the oldest attempts beyond ``attemptsMax`` away, and the folders of jobs
  /// that have none left; ``empty()`` removes them.
  func prune(keeping held: Set<String>) {
    var attempts: [(modified: Int64, path: String)] = []
    for job in Files.list(logs) {
      for name in Files.list("\(logs)/\(job)") {
        let path = "\(logs)/\(job)/\(name)"
        if !held.contains(path), let entry = Files.look(path) {
          attempts.append((entry.modified, path))
        }
      }
    }
    for attempt in attempts.sorted(by: { $0 < $1 }).dropLast(Self.attemptsMax) {
      discard(attempt.path)
    }
    for job in Files.list(logs) where Files.list("\(logs)/\(job)").isEmpty {
      discard("\(work)/\(job)")
      discard(checkpoints(of: job))
      Files.remove("\(logs)/\(job)")
    }
  }

  private func discard(_ path: String) {
    Files.move(path, to: "\(trash)/\(UInt64.random(in: 0 ... .max))")
  }

  /// Removes what was taken away, which may take long.
  func empty() { for name in Files.list(trash) { Files.remove("\(trash)/\(name)") } }
}
