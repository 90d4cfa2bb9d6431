import FleetSpec
import Testing

@Suite(.timeLimit(.minutes(5)))
struct CatalogueTests {
  @Test func `every catalogued GPU and model is without fault and found by its name`() {
    for gpu in GPUModel.catalogue {
      #expect(gpu.faults().isEmpty)
      #expect(!gpu.source.isEmpty)
      #expect(GPUModel.named(gpu.name.uppercased()) == gpu)
    }
    for model in ModelArchitecture.catalogue {
      #expect(model.faults().isEmpty)
      #expect(ModelArchitecture.named(model.name) == model)
    }
  }

  @Test(arguments: [
    ("NVIDIA H100 80GB HBM3", 80, "h100-sxm"), ("NVIDIA H100 PCIe", 80, "h100-pcie"),
    ("NVIDIA A100-SXM4-40GB", 40, "a100-40gb"), ("NVIDIA A100 80GB PCIe", 80, "a100-80gb"),
    ("NVIDIA H200", 141, "h200"), ("NVIDIA L40S", 48, "l40s"),
  ])
  func `a driver's name finds the kind`(driver: String, gigabytes: UInt64, name: String) {
    #expect(GPUModel.reported(as: driver, memoryBytes: gigabytes * 1_000_000_000)?.name == name)
  }

  @Test func `an unknown kind is not guessed`() {
    #expect(GPUModel.reported(as: "NVIDIA GeForce GTX 970", memoryBytes: 4_000_000_000) == nil)
    #expect(GPUModel.named("h1000") == nil)
  }

  @Test func `figures that no product could be finite with are faults`() throws {
    var gpu = try #require(GPUModel.named("h100"))
    gpu.memoryBytesPerSecond = .nan
    #expect(gpu.faults().map(\.field) == ["memoryBandwidth"])
    var model = try #require(ModelArchitecture.named("mixtral-8x7b"))
    model.kvHeads = 5
    model.activeParameters = model.parameters + 1
    #expect(model.faults().map(\.field) == ["activeParameters", "kvHeads"])
  }

  @Test func `distances are symmetric, small at home and stated where unknown`() {
    var topology = RegionTopology()
    topology.set(0, 2, seconds: 0.08)
    #expect(topology.roundTripSeconds(2, 0) == 0.08)
    #expect(topology.roundTripSeconds(1, 1) == RegionTopology.localSeconds)
    #expect(topology.roundTripSeconds(0, 1) == RegionTopology.unknownSeconds)
    #expect(topology.roundTripSeconds(0, 9) == RegionTopology.unknownSeconds)
    #expect(topology.roundTripSeconds(-1, 0) == 0)
    topology.set(4, 1, seconds: 0.2)
    #expect(topology.roundTripSeconds(0, 2) == 0.08)
  }
}
