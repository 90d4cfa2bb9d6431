public import Basics
public import HearthMessages

/// What operators order, and how an order outlives the processes that it is about.
extension ControlCore {
  /// Orders that are remembered.
  var orderCount: Int { intents.count }

  /// Cordons, drains or returns a node to service.
  ///
  /// The control plane places nothing there from now on; the node is told, and told again whenever
  /// it attaches, until the order is taken back. Throws `NOT_FOUND` for an unknown node,
  /// `INVALID_ARGUMENT` for an order that is none, `UNAVAILABLE` while the node's region agent is
  /// away; then nothing changed.
  public mutating func order(
    _ order: HearthV1.SetNodeAvailabilityRequest,
    at now: Instant,
    into actions: inout Actions<Action>
  ) throws(Rejection) {
    guard let node = nodes[order.node] else {
      throw Rejection(.notFound, "no node is named \"\(order.node.prefix(64))\"")
    }
    guard [.ready, .cordoned, .draining].contains(order.availability) else {
      throw Rejection(.invalidArgument, "availability must be READY, CORDONED or DRAINING")
    }
    guard order.deadlineNs >= 0, order.message.utf8.count <= HearthV1.SetAvailability.messageMax
    else {
      throw Rejection(
        .invalidArgument,
        "the deadline must not be negative, and the message has at most 1,024 bytes"
      )
    }
    guard attachments.session(of: node.hello.region) != nil else {
      throw Rejection(
        .unavailable,
        "the agent of region \(node.hello.region) is away; try again when it is back"
      )
    }
    let isDrain = order.availability == .draining
    makeRoomForIntent()
    intents[order.node] = Intent(
      availability: order.availability,
      message: order.message,
      drainDeadline: isDrain ? now.advanced(by: .nanoseconds(order.deadlineNs)) : nil
    )
    sendIntent(to: order.node, at: now, into: &actions)
    setReadiness(of: order.node)
  }

  /// What is true of a node as a whole: its session first, then its order, then its own word.
  func availability(of node: Node) -> HearthV1.Availability {
    let region = attachments.state(of: node.hello.region)
    if node.isSuspect || region != .alive { return .suspect }
    guard node.isSynced else { return .starting }
    guard let intent = intents[node.hello.node], intent.availability != .ready else {
      return node.availability
    }
    let isObeyed = node.availability == .drained && intent.availability == .draining
    return isObeyed ? .drained : intent.availability
  }

  /// Tells a node what an operator wants of it.
  func sendIntent(to name: String, at now: Instant, into actions: inout Actions<Action>) {
    guard let intent = intents[name], let node = nodes[name],
      intent.source != node.hello.incarnation
    else { return }
    let left = intent.drainDeadline.map { max(.zero, now.duration(to: $0)) } ?? .zero
    send(
      .setAvailability(
        .init(
          availability: intent.availability,
          deadlineNs: left.nanoseconds,
          message: intent.message
        )
      ),
      to: name,
      into: &actions
    )
  }

  /// Brings orders and a node's own word together.
  ///
  /// An order to return to service ends when the node obeys it. An order that only the node
  /// remembers when it is synced is taken over: the control plane was restarted since. Later, only
  /// a node that stops changes without an order.
  mutating func adoptIntent(from node: Node, becameSynced: Bool) {
    let name = node.hello.node
    if intents[name]?.availability == .ready, node.availability == .ready { intents[name] = nil }
    guard intents[name] == nil, becameSynced else { return }
    let availability: HearthV1.Availability
    switch node.availability {
    case .cordoned: availability = .cordoned
    case .draining, .drained: availability = .draining
    default: return
    }
    makeRoomForIntent()
    intents[name] = Intent(
      availability: availability,
      message: node.reason,
      source: node.hello.incarnation
    )
  }

  /// Orders outlive their nodes; those of absent nodes go when there are as many as nodes may be.
  private mutating func makeRoomForIntent() {
    guard intents.count >= settings.nodesMax else { return }
    intents = intents.filter { nodes[$0.key] != nil }
  }
}
