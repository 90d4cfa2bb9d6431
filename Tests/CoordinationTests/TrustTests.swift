import Basics
import Coordination
import FleetSpec
import HearthMessages
import KVIndex
import TestSupport
import Testing

/// Who is told of whose prompts, and whether a turn is the one that was placed.
@Suite(.timeLimit(.minutes(5)))
struct TrustTests {
  private func request(_ tenant: String, _ hashes: [UInt64]) -> HearthV1.RouteRequest {
    HearthV1.RouteRequest(
      model: "llama",
      tenant: tenant,
      promptTokens: UInt32(hashes.count * 16 + 1),
      blockHashes: hashes,
      blockTokens: 16,
      explain: true
    )
  }

  @Test func `tenants find each other's prompts cached if they are of one trust group, only then`()
    throws
  {
    var settings = ControlCore.Settings(seed: 1)
    settings.trust.tenants[try #require(TenantID("guest"))] = TenantID("acme")
    var driver = ControlDriver(settings: settings)
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    var random = PRNG(seed: 3)
    let tenants = ["", "acme", "acme/a", "acme/b", "guest", "guest/a", "other", "acme2"]
    for owner in tenants {
      let hashes = (0..<4).map { _ in random.next() }
      let group = settings.trust.group(of: TenantID(owner))
      let kept = hashes.under(trustGroup: group)
      driver.update(1, "n", .init(index: 0, stored: kept))
      for asker in tenants {
        let answer = try driver.core.route(request(asker, hashes), at: driver.now)
        let isShared = settings.trust.group(of: TenantID(asker)) == group
        let found = [answer.placement?.cachedTokens] + answer.candidates.map(\.cachedTokens)
        #expect(found == (isShared ? [64, 64] : [0, 0]), "\(asker) asks for what \(owner) sent")
      }
    }
  }

  /// A node that was told the rules of a control plane.
  private func node(
    _ core: ControlCore,
    requiresReservation: Bool = false,
    isTold: Bool = true
  ) -> NodeCore {
    var settings = NodeCore.Settings()
    settings.requiresReservation = requiresReservation
    var node = NodeCore(hello: Fixture.node("n"), settings: settings, at: .zero)
    if isTold { tell(&node, core) }
    return node
  }

  /// Attaches the node to the control plane, and it is told what that says.
  private func tell(_ node: inout NodeCore, _ core: ControlCore) {
    var (control, actions) = (ControlDriver(), Actions<NodeCore.Action>())
    control.core = core
    control.attachRegion(9, "eu")
    let told = control.say(9, .nodeAttached(Fixture.node("n"))).toldNodes
    #expect(!told.isEmpty)
    for command in told {
      node.step(.commandReceived(.init(command: command)), at: .zero, into: &actions)
    }
  }

  private func generate(
    _ tenant: String,
    _ hashes: [UInt64],
    _ reservation: UInt64
  ) -> HearthV1.GenerateRequest {
    HearthV1.GenerateRequest(
      reservation: reservation,
      node: "n",
      replica: "n/0",
      model: "llama",
      tenant: tenant,
      promptTokens: UInt32(hashes.count * 16 + 1),
      blockHashes: hashes,
      blockTokens: 16
    )
  }

  private func denial(_ node: NodeCore, _ request: HearthV1.GenerateRequest) -> Rejection? {
    do throws(Rejection) {
      _ = try node.checked(request)
      return nil
    } catch {
      return error
    }
  }

  /// A control plane, and a turn that it has placed.
  private func placed(_ tenant: String, _ hashes: [UInt64], seed: UInt64 = 1) throws -> (
    ControlCore, HearthV1.GenerateRequest
  ) {
    var driver = ControlDriver(settings: .init(seed: seed))
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    var asked = request(tenant, hashes)
    asked.explain = false
    let place = try #require(try driver.core.route(asked, at: driver.now).placement)
    return (driver.core, generate(tenant, hashes, place.reservation))
  }

  @Test func `a node takes the turn that was placed, and none that differs from it`() throws {
    let (core, turn) = try placed("acme/a", [1, 2])
    let node = node(core)
    #expect(try node.checked(turn).blockHashes == [1, 2].under(trustGroup: "acme"))
    var sibling = turn
    sibling.tenant = "acme/b"
    #expect(denial(node, sibling) == nil, "one group")
    let changes: [(inout HearthV1.GenerateRequest) -> Void] = [
      { $0.promptTokens = 8_000 }, { $0.blockHashes = [1, 2, 3] }, { $0.blockHashes = [3, 2] },
      { $0.blockHashes = [] }, { $0.blockTokens = 512 }, { $0.adapter = "lora" },
      { $0.model = "other" }, { $0.tenant = "victim" }, { $0.tenant = "" }, { $0.reservation ^= 1 },
      { $0.replica = "n/1" },
      { $0.reservation = 12_345 },
    ]
    for (number, change) in changes.enumerated() {
      var other = turn
      change(&other)
      #expect(denial(node, other)?.code == .permissionDenied, "change \(number)")
    }
  }

  @Test func `a reservation holds for one turn, though that has ended`() throws {
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    var asked = request("t", [1, 2])
    asked.explain = false
    let turns = try (0..<2).map { _ in
      let place = try #require(try driver.core.route(asked, at: driver.now).placement)
      return generate("t", [1, 2], place.reservation)
    }
    var (node, actions) = (node(driver.core), Actions<NodeCore.Action>())
    let accepted = NodeCore.Event.turnAccepted(replica: 0, reservation: turns[0].reservation)
    node.step(accepted, at: .zero, into: &actions)
    #expect(turns.map { denial(node, $0)?.code } == [.permissionDenied, nil])
    let ended = HearthV1.TurnOutcome(reservation: turns[0].reservation, ending: .completed)
    node.step(.turnEnded(replica: 0, ended), at: .zero, into: &actions)
    #expect(turns.map { denial(node, $0)?.code } == [.permissionDenied, nil])
    let none = generate("t", [1, 2], 0)
    node.step(.turnAccepted(replica: 0, reservation: 0), at: .zero, into: &actions)
    #expect(denial(node, none) == nil, "what has no reservation may come again")
  }

  @Test func `a node that is asked for everything still knows the rules`() throws {
    let (core, turn) = try placed("t", [1, 2])
    var (node, actions) = (node(core), Actions<NodeCore.Action>())
    let asks = HearthV1.NodeCommand(command: .resynchronise(.init(reason: "a gap in the updates")))
    node.step(.commandReceived(asks), at: .zero, into: &actions)
    var forged = turn
    forged.promptTokens += 1
    #expect(denial(node, turn) == nil && denial(node, forged)?.code == .permissionDenied)
    var driver = ControlDriver()
    driver.attachRegion(1, "eu")
    driver.attachNode(1, "n")
    let update = HearthV1.NodeUpdate(sequence: 99, availability: .ready)
    let told = driver.say(1, .nodeUpdate(.init(node: "n", update: update))).toldNodes
    #expect(told == [.resynchronise(.init(reason: "a gap in the updates"))])
  }

  @Test func `a turn without a reservation is refused where one is required, and told so`() throws {
    let (core, turn) = try placed("", [1, 2])
    let none = generate("", [1, 2], 0)
    #expect(denial(node(core), none) == nil)
    #expect(denial(node(core, requiresReservation: true), none)?.code == .failedPrecondition)
    #expect(denial(node(core, requiresReservation: true), turn) == nil)
  }

  @Test func `a node that waits for the rules denies nothing for good`() throws {
    let (core, turn) = try placed("", [1, 2])
    #expect(denial(node(core, isTold: false), turn) == nil)
    let strict = node(core, requiresReservation: true, isTold: false)
    #expect(denial(strict, turn)?.code == .unavailable)
  }

  @Test func `turns placed before the control plane's restart are taken, and those placed since`()
    throws
  {
    let (old, before) = try placed("t", [1, 2], seed: 1)
    let (new, since) = try placed("t", [1, 2], seed: 2)
    var node = node(old)
    #expect(denial(node, since)?.code == .permissionDenied)
    var actions = Actions<NodeCore.Action>()
    let asks: [HearthV1.NodeCommand.Command] = [
      .turnRules(.init()), .resynchronise(.init(reason: "the control plane attached")),
    ]
    for command in asks {
      node.step(.commandReceived(.init(command: command)), at: .zero, into: &actions)
    }
    #expect(denial(node, since) == nil, "the rules are on their way")
    tell(&node, new)
    #expect(denial(node, before) == nil && denial(node, since) == nil)
    var forged = since
    forged.promptTokens += 1
    #expect(denial(node, forged)?.code == .permissionDenied)
  }
}
