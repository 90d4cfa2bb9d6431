import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(5)))
struct GRPCStreamMachineTests {
  private func begun(_ role: GRPCStreamMachine.Role) -> GRPCStreamMachine {
    var machine = GRPCStreamMachine(role: role)
    _ = machine.sendHead()
    machine.receivedHead()
    return machine
  }

  @Test func `headers and the end go out once`() {
    var machine = GRPCStreamMachine(role: .server)
    let heads = [machine.sendHead(), machine.sendHead()]
    let ends = [machine.sendEnd(), machine.sendEnd()]
    #expect(heads == [true, false])
    #expect(ends == [true, false])
  }

  @Test func `nothing is sent after the end`() {
    var machine = begun(.server)
    let before = machine.sendMessage()
    let ends = [machine.end(), machine.end()]
    let after = [machine.sendMessage(), machine.sendEnd(), machine.sendHead()]
    #expect(before)
    #expect(ends == [true, false])
    #expect(after == [false, false, false])
  }

  @Test func `a message before the headers is the peer's fault`() {
    var machine = GRPCStreamMachine(role: .client)
    let violation = machine.receivedMessage()
    #expect(violation?.code == .internal)
  }

  /// How a response ends that has `messages` messages, for a caller that takes one.
  private func end(_ status: GRPCStatus?, messages: Int, isCut: Bool = false) -> GRPCStatus? {
    var machine = begun(.client)
    machine.takesOneMessage = true
    for _ in 0..<messages {
      if let violation = machine.receivedMessage() { return violation }
    }
    return machine.receivedEnd(status: status, isCut: isCut)
  }

  @Test func `an error status wins over how the messages ended`() {
    let status = GRPCStatus(.aborted, "no")
    #expect(end(status, messages: 0, isCut: true) == status)
  }

  @Test func `OK does not hide what is wrong`() {
    #expect(end(.ok, messages: 1) == .ok)
    #expect(end(nil, messages: 1)?.code == .internal)
    #expect(end(.ok, messages: 0)?.code == .internal)
    #expect(end(.ok, messages: 2)?.code == .internal)
    #expect(end(.ok, messages: 1, isCut: true)?.code == .internal)
  }
}
