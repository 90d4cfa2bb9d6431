import Checkpointing
import Checkpoints
import Glibc

/// Writes one checkpoint after the other to the folder that it is told, and says which are done;
/// for tests that kill it.
@main
struct CheckpointWriter {
  static func main() throws {
    let store = try CheckpointStore(CommandLine.arguments[1], job: "night", keeps: 2)
    say("-")
    var number = try store.ids().first?.number ?? 0
    while let id = CheckpointID(epoch: 0, number: number + 1) {
      number += 1
      let draft = try store.begin(id, workers: 2)
      for rank in 0..<2 {
        for file in 0..<3 {
          let descriptor = open(
            draft.path(ofWorker: rank) + "/\(file).img",
            O_WRONLY | O_CREAT,
            0o600
          )
          let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 200_000)
          guard write(descriptor, bytes, bytes.count) == bytes.count else { exit(1) }
          close(descriptor)
        }
      }
      _ = try store.commit(
        draft,
        CheckpointManifest(
          id: id,
          job: "night",
          takenMilliseconds: 0,
          driver: .transparent,
          workers: 2
        )
      )
      say("\(number)")
    }
  }

  private static func say(_ text: String) {
    _ = write(1, text + "\n", text.utf8.count + 1)
  }
}
