import Basics
import Checkpointing
import Testing

@Suite("Plan of copies")
struct CopyPlanTests {
  @Test("The newest one is copied once, and after failures later and later")
  func plan() throws {
    let ids = try (1...2).map { try #require(CheckpointID(epoch: 0, number: $0)) }
    var plan = CopyPlan()
    var now = Instant.zero.advanced(by: .seconds(100))
    #expect(plan.wants(ids[0], at: now))
    var waits: [Duration] = []
    for _ in 0..<8 {
      waits.append(plan.didFail(at: now))
      #expect(!plan.wants(ids[0], at: now))
      now = plan.due
      #expect(plan.wants(ids[0], at: now))
    }
    #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300].map { Duration.seconds($0) })
    plan.didCopy(ids[0])
    #expect(!plan.wants(ids[0], at: now) && plan.wants(ids[1], at: now))
    #expect(plan.didFail(at: now) == .seconds(5))
  }
}
