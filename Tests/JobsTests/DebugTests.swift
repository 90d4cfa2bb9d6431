import Testing
@testable import Jobs
import Basics
import Glibc
import FleetSpec
@Suite struct DebugTests {
  @Test func `debug job`() throws {
    let seed = Int(String(cString: getenv("SEED")!))!, name = String(cString: getenv("JOB")!)
    let world = try JobInvariantTests().contention(seed)
    for (at, action) in world.log {
      var text = "\(action)"
      if case .save(let job) = action { text = "save \(job.phase) \(job.workers.map { "\($0.rank)@\($0.epoch) \($0.node) \($0.state) \(String(describing: $0.fencedAt))" })"; if job.spec.name.text != name { continue } }
      if case .start(let o) = action { text = "start \(o.id) \(o.node)"; if o.id.job.text != name { continue } }
      guard text.contains(name + ",") || text.contains("save") else { continue }
      print("DBG", at.nanoseconds / 1_000_000_000, text)
    }
    for line in world.trace { print("DBG", line) }
    print("DBG", world.state(of: JobID(name)!), world.faults)
  }
}
