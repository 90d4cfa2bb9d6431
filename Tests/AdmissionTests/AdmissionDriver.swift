import Admission
import Basics
import FleetSpec
import Testing

/// An admission queue whose fleet has room when it is told.
struct AdmissionDriver {
  var queue: AdmissionQueue
  var now = Instant.zero
  private var turnCount: UInt64 = 0

  init(_ change: (inout AdmissionSettings) -> Void = { _ in }) {
    var settings = AdmissionSettings()
    change(&settings)
    queue = AdmissionQueue(settings: settings)
  }

  static func tenant(_ name: String) -> TenantID {
    guard let id = TenantID(name) else { preconditionFailure("no tenant can be named \(name)") }
    return id
  }

  static func model(_ name: String) -> ModelID {
    guard let id = ModelID(name) else { preconditionFailure("no model can be named \(name)") }
    return id
  }

  mutating func pass(_ seconds: Double) { now = now.advanced(by: Duration(inSeconds: seconds)) }

  mutating func turn(
    _ tenant: String = "a",
    model: String = "m",
    prompt: Int = 100,
    output: Int = 0,
    rank: Double = 0,
    priority: Int? = nil,
    firstToken: Double = 0,
    ttft: Double = 4,
    deadline: Double? = nil
  ) -> AdmissionTurn {
    turnCount += 1
    var objective = ServiceObjective()
    objective.ttft = Duration(inSeconds: ttft)
    return AdmissionTurn(
      number: turnCount,
      model: Self.model(model),
      tenant: Self.tenant(tenant),
      priority: priority,
      promptTokens: prompt,
      outputTokens: output,
      rank: rank,
      firstTokenSeconds: firstToken,
      objective: objective,
      deadline: deadline.map { now.advanced(by: Duration(inSeconds: $0)) }
    )
  }

  /// Offers a turn that may not be refused.
  mutating func offer(_ turn: AdmissionTurn) throws -> AdmissionTicket {
    switch queue.offer(turn, at: now) {
    case .first(let ticket), .behind(let ticket): return ticket
    case .refused(let refusal): throw Refused(refusal: refusal)
    }
  }

  /// Lets a turn wait that may not be refused.
  @discardableResult
  mutating func wait(_ turn: AdmissionTurn, room: Double = 1) throws -> AdmissionTicket {
    let ticket = try offer(turn)
    queue.hintHeadroom(of: ticket, seconds: room)
    if case .refused(let refusal) = queue.wait(ticket, at: now) {
      throw Refused(refusal: refusal)
    }
    return ticket
  }

  /// Starts the next turn of a model, and says which it was.
  mutating func next(_ model: String = "m") -> AdmissionTurn? {
    guard let ticket = queue.first(of: Self.model(model)), let turn = queue.turn(ticket) else {
      return nil
    }
    queue.start(ticket, at: now)
    return turn
  }

  /// Starts the next turns of a model, all by default, and names their tenants.
  mutating func order(_ model: String = "m", count: Int = .max) -> [String] {
    var tenants: [String] = []
    while tenants.count < count, let turn = next(model) { tenants.append(turn.tenant.text) }
    return tenants
  }

  /// Starts all turns of a model and gives their numbers.
  mutating func numbers(_ model: String = "m") -> [UInt64] {
    var numbers: [UInt64] = []
    while let turn = next(model) { numbers.append(turn.number) }
    return numbers
  }

  struct Refused: Error, CustomStringConvertible {
    let refusal: AdmissionRefusal
    var description: String { "\(refusal)" }
  }
}

/// The reason why `body` was refused; nil when it was not.
func refusal(_ body: () throws -> Void) -> AdmissionRefusal? {
  do { try body() } catch { return (error as? AdmissionDriver.Refused)?.refusal }
  return nil
}
