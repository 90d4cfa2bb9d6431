import Testing

@testable import Routing

@Suite(.timeLimit(.minutes(5)))
struct BottleneckTests {
  /// The bound after each of the signals.
  private func bounds(_ steps: [(kv: Double, compute: Double, memory: Double, network: Double)])
    -> [Bottleneck]
  {
    var machine = BottleneckMachine()
    return steps.map { step in
      var signals = BottleneckSignals()
      (signals.kvMemory, signals.compute) = (step.kv, step.compute)
      (signals.memoryBandwidth, signals.network) = (step.memory, step.network)
      machine.update(signals)
      return machine.bound
    }
  }

  @Test func `a bound is entered above where it is left`() {
    #expect(
      bounds([(0.89, 0, 0, 0), (0.9, 0, 0, 0), (0.81, 0, 0, 0), (0.79, 0, 0, 0), (0.89, 0, 0, 0)])
        == [.nothing, .kvMemory, .kvMemory, .nothing, .nothing]
    )
    #expect(
      bounds([(0, 0.69, 0, 0), (0, 0.7, 0, 0), (0, 0.56, 0, 0), (0, 0.54, 0, 0)])
        == [.nothing, .compute, .compute, .nothing]
    )
    #expect(
      bounds([(0, 0, 0, 0.49), (0, 0, 0, 0.5), (0, 0, 0, 0.36), (0, 0, 0, 0.34)])
        == [.nothing, .network, .network, .nothing]
    )
  }

  @Test func `of several, what keeps turns out goes first, and distance last`() {
    #expect(
      bounds([(0.95, 0.9, 0.9, 0.9), (0, 0.9, 0.8, 0.9), (0, 0, 0, 0.9)]) == [
        .kvMemory, .compute, .network,
      ]
    )
    #expect(bounds([(0, 0.8, 0.9, 0)]) == [.memoryBandwidth])
  }

  @Test func `arithmetic and bandwidth change places only for a clear lead`() {
    #expect(
      bounds([(0, 0.8, 0.7, 0), (0, 0.8, 0.84, 0), (0, 0.8, 0.86, 0), (0, 0.84, 0.8, 0)])
        == [.compute, .compute, .memoryBandwidth, .memoryBandwidth]
    )
  }
}
