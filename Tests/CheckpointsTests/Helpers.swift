import Checkpointing
import Checkpoints
import Foundation

func id(_ number: Int, epoch: Int = 0) -> CheckpointID {
  CheckpointID(epoch: epoch, number: number) ?? { preconditionFailure("\(number)") }()
}

func facts(_ id: CheckpointID, job: String, workers: Int = 2) -> CheckpointManifest {
  CheckpointManifest(
    id: id,
    job: job,
    takenMilliseconds: 0,
    driver: .transparent,
    workers: workers
  )
}

extension CheckpointStore {
  /// Adds a checkpoint of two workers whose files have the length and content of its number.
  @discardableResult
  func add(_ number: Int, epoch: Int = 0, job: String = "night", size: Int? = nil) throws
    -> CheckpointManifest
  {
    let id = id(number, epoch: epoch)
    let draft = try begin(id, workers: 2)
    let data = Data(repeating: UInt8(number), count: size ?? number * 1_000)
    try data.write(to: URL(filePath: draft.path(ofWorker: 0) + "/pages.img"))
    let deep = draft.path(ofWorker: 1) + "/deep"
    try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: false)
    try data.write(to: URL(filePath: deep + "/core.img"))
    return try commit(draft, facts(id, job: job))
  }
}

/// Changes a byte in the middle of a file.
func flip(_ path: String) throws {
  var data = try Data(contentsOf: URL(filePath: path))
  data[data.count / 2] ^= 1
  try data.write(to: URL(filePath: path))
}

/// Runs a program to its end.
func run(_ program: String, _ arguments: [String]) throws -> Int32 {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}
