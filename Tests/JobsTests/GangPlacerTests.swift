import Basics
import FleetSpec
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(5)))
struct GangPlacerTests {
  private func place(
    _ nodes: [JobNode],
    _ count: Int,
    gpus: Int,
    free: [Int]? = nil,
    _ change: (inout GangShape) -> Void = { _ in }
  ) -> [String]? {
    var shape = GangShape(gpusPerWorker: gpus, workers: count)
    change(&shape)
    let placer = GangPlacer(topology: FleetTopology(nodes))
    return placer.place(count, shape, free: free ?? nodes.map(\.gpuCount))?
      .map { "\(nodes[$0.node].id)x\($0.workers)" }
  }

  @Test func `a gang that fits one node takes the one with the least left over`() throws {
    let nodes = try JobNode.fleet(3)
    #expect(place(nodes, 2, gpus: 2, free: [8, 4, 6]) == ["eu-1x2"])
    #expect(place(nodes, 1, gpus: 1, free: [8, 4, 0]) == ["eu-1x1"])
  }

  @Test func `a job goes only to nodes that offer its driver`() throws {
    var nodes = try JobNode.fleet(3)
    for index in [0, 2] { nodes[index].drivers = [.none, .periodic] }
    #expect(place(nodes, 1, gpus: 2, free: [2, 8, 2]) { $0.driver = .transparent } == ["eu-1x1"])
    #expect(place(nodes, 5, gpus: 2) { $0.driver = .transparent } == nil)
    #expect(place(nodes, 5, gpus: 2) { $0.driver = .periodic } == ["eu-0x4", "eu-1x1"])
    var shape = GangShape(gpusPerWorker: 2, workers: 1)
    shape.driver = .transparent
    let placer = GangPlacer(topology: FleetTopology(nodes))
    let more = placer.extend([NodeShare(node: 1, workers: 1)], by: 9, shape, free: [8, 6, 8])
    #expect(more == [NodeShare(node: 1, workers: 3)])
  }

  @Test func `all workers have places, or none`() throws {
    let nodes = try JobNode.fleet(2)
    #expect(place(nodes, 4, gpus: 4) == ["eu-0x2", "eu-1x2"])
    #expect(place(nodes, 5, gpus: 4) == nil)
    // Three GPUs of each node are free, and no two workers of two fit on one.
    #expect(place(nodes, 3, gpus: 2, free: [3, 3]) == nil)
  }

  @Test func `an NVLink domain of several nodes goes before nodes of several domains`() throws {
    let nodes =
      try (0..<4).map { try JobNode.sample("a\($0)", domain: "d\($0)", gpus: 4) }
      + (0..<4).map { try JobNode.sample("b\($0)", domain: "nvl", gpus: 4) }
    #expect(place(nodes, 4, gpus: 4) == ["b0x1", "b1x1", "b2x1", "b3x1"])
    // One node is a domain too, and the tighter one.
    #expect(place(nodes, 1, gpus: 4) == ["a0x1"])
  }

  @Test func `a rail goes before several, and a region before several`() throws {
    let nodes = try [
      JobNode.sample("a", rail: "r0"), .sample("b", rail: "r1"), .sample("c", rail: "r1"),
      .sample("d", "us"), .sample("e", "us"), .sample("f", "us"),
    ]
    #expect(place(nodes, 2, gpus: 8) == ["bx1", "cx1"])
    #expect(place(nodes, 3, gpus: 8) == ["dx1", "ex1", "fx1"])
    #expect(place(nodes, 4, gpus: 8) == nil)
    #expect(place(nodes, 4, gpus: 8) { $0.spansRegions = true } == ["ax1", "bx1", "cx1", "dx1"])
  }

  @Test func `a preferred region goes before nearness`() throws {
    let nodes = try [
      JobNode.sample("a", gpus: 4), .sample("b", gpus: 4), .sample("c", "us"),
    ]
    #expect(place(nodes, 2, gpus: 4) == ["cx2"])
    let eu = try #require(RegionID("eu"))
    #expect(place(nodes, 2, gpus: 4) { $0.regions = [eu] } == ["ax1", "bx1"])
    #expect(place(nodes, 2, gpus: 4, free: [4, 0, 8]) { $0.regions = [eu] } == ["cx2"])
  }

  @Test func `it takes the fewest domains, and nodes, whatever is free`() throws {
    for seed in 1...200 {
      var random = PRNG(seed: UInt64(seed))
      let nodes = try (0..<6).map { try JobNode.sample("n\($0)", domain: "d\($0 / 2)") }
      let free = nodes.map { _ in Int(random.next() % 9) }
      let size = 1 + Int(random.next() % 4)
      let count = 1 + Int(random.next() % 12)
      let shape = GangShape(gpusPerWorker: size, workers: count)
      let placer = GangPlacer(topology: FleetTopology(nodes))
      let fit = free.map { $0 / size }
      let shares = placer.place(count, shape, free: free)
      #expect((shares != nil) == (fit.reduce(0, +) >= count), "seed \(seed)")
      guard let shares else { continue }
      #expect(shares.reduce(0) { $0 + $1.workers } == count, "seed \(seed)")
      #expect(shares.allSatisfy { $0.workers <= fit[$0.node] }, "seed \(seed)")
      // Every set of domains that holds the gang has as many as it took, or more.
      let domains = Set(shares.map { $0.node / 2 }).count
      for mask in 1..<8 {
        let slots = (0..<6).filter { mask & 1 << ($0 / 2) != 0 }.reduce(0) { $0 + fit[$1] }
        if slots >= count { #expect(mask.nonzeroBitCount >= domains, "seed \(seed)") }
      }
    }
  }

  @Test func `more workers go near to those that are there`() throws {
    let nodes = try [
      JobNode.sample("a", "us"), .sample("b", rail: "r1"), .sample("c", rail: "r0"),
      .sample("d", rail: "r0", domain: "x"), .sample("e", rail: "r0", domain: "x"),
    ]
    let placer = GangPlacer(topology: FleetTopology(nodes))
    let shape = GangShape(gpusPerWorker: 8, workers: 4)
    let more = placer.extend(
      [NodeShare(node: 4, workers: 1)],
      by: 4,
      shape,
      free: [8, 8, 8, 8, 0]
    )
    #expect(more.map(\.node) == [3, 2, 1])
  }
}
