import Testing

@testable import Routing

@Suite(.timeLimit(.minutes(1)))
struct BottleneckTests {
  /// What is told after signals that hold for six seconds each.
  private func bounds(_ steps: [(kv: Double, compute: Double, memory: Double, network: Double)])
    -> [Bottleneck]
  {
    var machine = BottleneckMachine(at: 0)
    return steps.enumerated().map { number, step in
      var signals = BottleneckSignals()
      (signals.kvMemory, signals.compute) = (step.kv, step.compute)
      (signals.memoryBandwidth, signals.network) = (step.memory, step.network)
      machine.update(signals, at: Double(number + 1) * 6)
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

  @Test func `what is told stays for five seconds`() {
    var machine = BottleneckMachine(at: 10)
    var signals = BottleneckSignals()
    signals.compute = 1
    machine.update(signals, at: 14.9)
    #expect(machine.bound == .nothing)
    machine.update(signals, at: 15)
    #expect(machine.bound == .compute && machine.since == 15)
    machine.update(BottleneckSignals(), at: 19.9)
    #expect(machine.bound == .compute)
    machine.update(BottleneckSignals(), at: 20)
    #expect(machine.bound == .nothing && machine.since == 20)
  }
}
