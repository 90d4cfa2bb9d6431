import Basics
import FleetSpec
import Testing

@testable import Admission

/// What holds whatever happens.
@Suite(.timeLimit(.minutes(5)))
struct AdmissionPropertyTests {
  /// A queue with small bounds, and what is known of each turn from outside.
  private struct World {
    var driver: AdmissionDriver
    var random: PRNG
    var offered: [AdmissionTicket] = []
    var waiting: [AdmissionTicket: AdmissionTurn] = [:]
    var running: [AdmissionTicket] = []
    var ended: Set<UInt64> = []
    var log: [String] = []

    init(seed: UInt64) {
      random = PRNG(seed: seed)
      driver = AdmissionDriver {
        ($0.waitingMax, $0.tenantShare, $0.waitMax) = (12, 0.5, .seconds(20))
        $0.tenantsMax = 3
        $0.limits.concurrentTurns = 9
        $0.tenants[AdmissionDriver.tenant("b")] = .init(weight: 2, priority: 5)
      }
    }

    mutating func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    mutating func end(_ turn: AdmissionTurn) {
      let isNew = ended.insert(turn.number).inserted
      #expect(isNew, "\(turn.number) ended twice")
    }

    mutating func arrive() {
      var turn = driver.turn(
        names[draw(4)],
        model: ["m", "n"][draw(2)],
        prompt: 1 + draw(500),
        output: draw(100),
        rank: Double(draw(5)),
        priority: draw(2) == 0 ? nil : draw(8),
        firstToken: Double(draw(3)),
        deadline: draw(2) == 0 ? nil : Double(draw(30))
      )
      if draw(4) == 0 {
        turn.firstArrival = driver.now.advanced(by: .seconds(-draw(30)))
      }
      let waits = driver.queue.first(of: turn.model) != nil
      switch driver.queue.offer(turn, at: driver.now) {
      case .refused(let refusal):
        log.append("\(turn.number) \(refusal)")
        end(turn)
        return
      case .first(let ticket):
        #expect(!waits)
        offered.append(ticket)
      case .behind(let ticket):
        #expect(waits)
        offered.append(ticket)
      }
    }

    mutating func decide() {
      guard !offered.isEmpty else { return }
      let ticket = offered.removeFirst()
      guard let turn = driver.queue.turn(ticket) else { return }
      if draw(3) == 0 {
        driver.queue.start(ticket, cachedTokens: draw(600), at: driver.now)
        running.append(ticket)
        return
      }
      driver.queue.hintHeadroom(of: ticket, seconds: Double(draw(4)))
      switch driver.queue.wait(ticket, at: driver.now) {
      case .refused(let refusal):
        log.append("\(turn.number) \(refusal)")
        end(turn)
      case .waits(let seconds, let displaced):
        #expect(seconds >= 0 && seconds.isFinite)
        log.append("\(turn.number) waits \(seconds)")
        waiting[ticket] = turn
        guard let displaced else { return }
        let gone = waiting.removeValue(forKey: displaced.ticket)
        #expect(gone == displaced.turn)
        end(displaced.turn)
      }
    }

    mutating func release() {
      while let late = driver.queue.popOverdue(at: driver.now) {
        let gone = waiting.removeValue(forKey: late.ticket)
        #expect(gone == late.turn)
        log.append("\(late.turn.number) \(late.refusal)")
        end(late.turn)
      }
      let model = AdmissionDriver.model(["m", "n"][draw(2)])
      guard let ticket = driver.queue.first(of: model) else {
        #expect(!waiting.values.contains { $0.model == model })
        return
      }
      let turn = driver.queue.turn(ticket)
      let gone = waiting.removeValue(forKey: ticket)
      #expect(gone == turn)
      if let turn, let deadline = turn.deadline {
        let first = driver.now.advanced(by: Duration(inSeconds: turn.firstTokenSeconds))
        #expect(first < deadline, "\(turn.number) began too late")
      }
      driver.queue.start(ticket, cachedTokens: draw(600), at: driver.now)
      running.append(ticket)
      log.append("\(turn?.number ?? 0) starts")
    }

    mutating func finish() {
      guard !running.isEmpty else { return }
      let ticket = running.remove(at: draw(running.count))
      guard let turn = driver.queue.turn(ticket) else {
        Issue.record("a turn that runs is gone")
        return
      }
      let outcome = TurnOutcome(
        cachedTokens: draw(600),
        outputTokens: draw(300),
        queueSeconds: 0,
        ttftSeconds: nil,
        totalSeconds: 0,
        isComplete: draw(2) == 0
      )
      switch draw(3) {
      case 0: driver.queue.withdraw(ticket, at: driver.now)
      case 1: driver.queue.end(ticket, at: driver.now)
      default: driver.queue.end(ticket, outcome: outcome, at: driver.now)
      }
      end(turn)
    }

    mutating func leave() {
      let ticket = waiting.keys.min { $0.hashOrder < $1.hashOrder }
      guard let ticket, let turn = waiting.removeValue(forKey: ticket) else { return }
      let isWithdrawn = driver.queue.withdraw(ticket, at: driver.now)
      #expect(isWithdrawn)
      end(turn)
    }

    mutating func step() {
      driver.pass(Double(draw(1_000)) / 1_000)
      switch draw(8) {
      case 0...2: arrive()
      case 3, 4: decide()
      case 5: release()
      case 6: finish()
      default: leave()
      }
    }
  }

  @Test(arguments: 1...10)
  func `no turn is lost or counted twice, and bounds hold`(_ seed: UInt64) {
    var world = World(seed: seed)
    var count: UInt64 = 0
    for step in 0..<2_000 {
      world.step()
      let queue = world.driver.queue
      let live = world.offered.count + world.waiting.count + world.running.count
      #expect(queue.counts.offered == UInt64(world.ended.count + live), "seed \(seed)")
      #expect(queue.waitingCount == world.waiting.count)
      #expect(queue.runningCount == world.running.count)
      #expect(queue.waitingCount <= 12 && queue.tenantCount <= 4)
      count = queue.counts.refused + queue.counts.withdrawn + queue.counts.ended
      #expect(count == UInt64(world.ended.count))
      guard step % 10 == 0 else { continue }
      let rows = queue.waiting(at: world.driver.now)
      #expect(rows.count == world.waiting.count)
      for name in names {
        #expect(rows.count { $0.turn.tenant.text == name } <= 6)
        let own = (world.offered + world.running + Array(world.waiting.keys)).count {
          queue.turn($0)?.tenant.text == name
        }
        #expect(name == "b" || own <= 9)
      }
    }
    #expect(count > 300, "the world was empty")
  }

  @Test func `equal calls give equal results`() {
    let logs = (0..<2).map { _ in
      var world = World(seed: 77)
      for _ in 0..<3_000 { world.step() }
      return world.log
    }
    #expect(logs[0] == logs[1])
    #expect(logs[0].count > 500)
  }

  @Test(arguments: 1...8)
  func `two tenants that wait are served alike, however long`(_ seed: UInt64) throws {
    var random = PRNG(seed: seed)
    let weights = ["a": 1.0, "b": Double(1 + random.next() % 5)]
    var driver = AdmissionDriver {
      $0.waitMax = .seconds(1_000_000)
      $0.tenants[AdmissionDriver.tenant("b")] = .init(weight: weights["b"] ?? 1)
    }
    var served = ["a": 0.0, "b": 0.0]
    var running: [(ticket: AdmissionTicket, turn: AdmissionTurn, cached: Int)] = []
    var waiting = ["a": 0, "b": 0, "c": 0]
    // One turn counts 500 + 2 x 100 at most; 8 run, each counted wrongly by 2 x 200 + 450 at most.
    let bound = 2 * (700 + 8.0 * (2 * 200 + 450))
    var widest = 0.0
    for step in 0..<5_000 {
      // a and b always wait; c comes and goes.
      for name in ["a", "b", "c"] where name != "c" || step / 50 % 2 == 0 {
        while waiting[name, default: 0] < 3 {
          let (prompt, output) = (Int(random.next() % 500), Int(random.next() % 100))
          try driver.wait(driver.turn(name, prompt: prompt, output: output))
          waiting[name, default: 0] += 1
        }
      }
      driver.pass(0.01)
      let ticket = try #require(driver.queue.first(of: AdmissionDriver.model("m")))
      let turn = try #require(driver.queue.turn(ticket))
      let cached = Int(random.next() % UInt64(turn.promptTokens + 1))
      driver.queue.start(ticket, cachedTokens: cached, at: driver.now)
      waiting[turn.tenant.text, default: 0] -= 1
      running.append((ticket, turn, cached))
      guard running.count > 8 else { continue }
      let ended = running.remove(at: Int(random.next() % 9))
      let (output, found) = (Int(random.next() % 300), Int(random.next() % 500))
      let outcome = TurnOutcome(
        cachedTokens: found,
        outputTokens: output,
        queueSeconds: 0,
        ttftSeconds: 0,
        totalSeconds: 0,
        isComplete: true
      )
      driver.queue.end(ended.ticket, outcome: outcome, at: driver.now)
      let hit = Double(min(found, ended.turn.promptTokens))
      let work = Double(ended.turn.promptTokens) - 0.9 * hit + 2 * Double(output)
      let name = ended.turn.tenant.text
      served[name, default: 0] += work / (weights[name] ?? 1)
      widest = max(widest, abs((served["a"] ?? 0) - (served["b"] ?? 0)))
    }
    #expect(widest <= bound, "seed \(seed)")
    #expect((served["a"] ?? 0) > 10 * bound, "too little was served to tell")
  }

  @Test(arguments: 1...6) func `quotas are never exceeded`(_ seed: UInt64) {
    var random = PRNG(seed: seed)
    var driver = AdmissionDriver {
      ($0.limits.requestsPerMinute, $0.limits.tokensPerMinute) = (120, 60_000)
      $0.limits.concurrentTurns = 30
    }
    var begun: [(seconds: Double, tokens: Double)] = []
    var held: [AdmissionTicket] = []
    for _ in 0..<2_000 {
      driver.pass(Double(random.next() % 200) / 1_000)
      let prompt = 1 + Int(random.next() % 2_000)
      let turn = driver.turn(prompt: prompt, output: 10)
      switch driver.queue.offer(turn, at: driver.now) {
      case .refused: break
      case .first(let ticket), .behind(let ticket):
        driver.queue.start(ticket, at: driver.now)
        held.append(ticket)
        begun.append((Instant.zero.duration(to: driver.now).inSeconds, Double(prompt + 10)))
      }
      #expect(held.count <= 30)
      if random.next() % 2 == 0, !held.isEmpty {
        driver.queue.end(held.removeFirst(), at: driver.now)
      }
    }
    for first in stride(from: 0, to: begun.count, by: 7) {
      var tokens = 0.0
      for last in first..<begun.count {
        let seconds = begun[last].seconds - begun[first].seconds + 1e-5
        tokens += begun[last].tokens
        #expect(Double(last - first + 1) <= 20 + 2 * seconds, "seed \(seed)")
        #expect(tokens <= 10_000 + 1_000 * seconds, "seed \(seed)")
      }
    }
    #expect(begun.count > 250)
  }
}

private let names = ["a", "b", "c", "d"]

extension AdmissionTicket {
  /// Any order that is the same in each run.
  fileprivate var hashOrder: String { "\(self)" }
}
