public import Basics
public import HearthMessages

/// What operators order, and how an order outlives the processes that it is about.
extension ControlCore {
  /// Orders that are remembered.
  var orderCount: Int { intents.count }

  /// Cordons, drains or returns a node to service.
  ///
  /// The control plane places nothing there from now on; the node is told, and told again whenever
  /// it attaches, until the order is taken back; one that is lost too. Throws `NOT_FOUND` for an
  /// unknown node, `INVALID_ARGUMENT` for an order that is none; then nothing changed.
  public mutating func order(
    _ order: HearthV1.SetNodeAvailabilityRequest,
    at now: Instant,
    into actions: inout Actions<Action>
  ) throws(Rejection) {
    guard nodes[order.node] != nil || lostNodes[order.node] != nil else {
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
    let isDrain = order.availability == .draining
    makeRoomForIntent()
    intents[order.node] = Intent(
      availability: order.availability,
      message: order.message,
      drainDeadline: isDrain ? now.advanced(by: .nanoseconds(order.deadlineNs)) : nil
    )
    // A node that is lost is in service as soon as it is back.
    if order.availability == .ready, nodes[order.node] == nil { intents[order.node] = nil }
    actions.append(.store)
    sendIntent(to: order.node, at: now, into: &actions)
    setReadiness(of: order.node)
    tellChanges(into: &actions)
  }

  /// Forgets a node or a region that is lost, and what was ordered of it; returns how many nodes
  /// that were.
  ///
  /// Throws `NOT_FOUND` for a name that nothing has, `FAILED_PRECONDITION` for what is attached.
  public mutating func forget(
    _ request: HearthV1.ForgetRequest,
    into actions: inout Actions<Action>
  ) throws(Rejection) -> HearthV1.ForgetResponse {
    let (kind, name) =
      request.node.isEmpty ? ("region", request.region) : ("node", request.node)
    let isNode = !request.node.isEmpty
    guard (isNode ? nodes[name] == nil : regions[name] == nil) else {
      throw Rejection(.failedPrecondition, "\(kind) \(name) is attached, not lost")
    }
    guard isNode ? lostNodes[name] != nil : lostRegions[name] != nil else {
      throw Rejection(.notFound, "no \(kind) is named \"\(name.prefix(64))\"")
    }
    let forgotten = lostNodes.filter { isNode ? $0.key == name : $0.value.hello.region == name }
    for node in forgotten.keys {
      (lostNodes[node], intents[node]) = (nil, nil)
      stopAwaiting(node)
    }
    if !isNode { lostRegions[name] = nil }
    actions.append(.store)
    return .init(nodes: UInt32(forgotten.count))
  }

  /// What is true of a node as a whole: its session first, then its order, then its own word.
  func availability(of node: Node) -> HearthV1.Availability {
    let region = attachments.state(of: node.hello.region)
    if node.isSuspect || region != .alive { return .suspect }
    guard node.isSynced else { return .starting }
    guard let intent = intents[node.hello.node], intent.availability != .ready else {
      return node.availability
    }
    let isObeyed =
      node.availability == .drained && intent.availability == .draining && !node.hasWorkers
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
  mutating func adoptIntent(
    from node: Node,
    becameSynced: Bool,
    into actions: inout Actions<Action>
  ) {
    let name = node.hello.node
    if intents[name]?.availability == .ready, node.availability == .ready {
      intents[name] = nil
      actions.append(.store)
    }
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
    actions.append(.store)
  }

  /// Orders outlive their nodes; those of absent nodes go when there are as many as nodes may be.
  private mutating func makeRoomForIntent() {
    guard intents.count >= settings.nodesMax else { return }
    intents = intents.filter { nodes[$0.key] != nil }
  }
}
