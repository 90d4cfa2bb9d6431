import Basics
import Console
import Coordination
public import Daemon
import Dispatching
public import EventLoop
import HTTP
import HearthMessages
import HearthProto
import RPC
import Wire

/// The console: a page, what it asks, and the orders that it may give.
extension ControlPlaneServer {
  /// Serves the console, which takes orders from who has the token; nil for from nobody.
  public func register(on admin: AdminHTTP, token: String?) throws(UVError) {
    history = FleetHistory(takesOrders: token != nil)
    historyTimer = try LoopTimer(loop: loop) { [unowned self] in remember() }
    remember()
    for (path, file) in ConsolePage.files {
      admin.handle(path) { exchange in
        var fields = HTTPFields()
        fields.append("content-type", file.contentType)
        fields.append("cache-control", "no-cache")
        fields.append("content-security-policy", ConsolePage.policy)
        fields.append("x-content-type-options", "nosniff")
        fields.append("referrer-policy", "no-referrer")
        exchange.respond(200, fields, body: file.bytes)
      }
    }
    admin.handle("/api/status") { [unowned self] in $0.send(status) }
    admin.handle("/api/regions") { [unowned self] in
      $0.send(HearthV1.ListRegionsResponse(regions: shell.machine.regionStatuses))
    }
    admin.handle("/api/nodes") { [unowned self] in
      $0.send(HearthV1.ListNodesResponse(nodes: shell.machine.nodeStatuses(at: loop.now)))
    }
    admin.handle("/api/queue") { [unowned self] in
      $0.send(shell.machine.queue(.init(limit: 100), at: loop.now))
    }
    admin.handle("/api/jobs") { [unowned self] in $0.send(shownJobs) }
    admin.handle("/api/decisions") { [unowned self] in
      $0.send(shell.machine.decisions(.init(), at: loop.now))
    }
    admin.handle("/api/decisions/") { [unowned self] in explain($0) }
    admin.handle("/api/history") { [unowned self] in $0.send(history) }
    admin.handlePost("/api/nodes/") { [unowned self] in order($0, token: token) }
  }

  /// Jobs that have not ended, without their variables: those may be secret.
  private var shownJobs: HearthV1.JobList {
    var list = jobs?.list(.init()) ?? .init()
    for index in list.jobs.indices { list.jobs[index].spec?.environment = [] }
    return list
  }

  /// Adds a sample to the history.
  private func remember() {
    let served = shell.machine.figures.served
    var firstTokens: Histogram?
    for figures in Array(served.values.values) + [served.others].compactMap({ $0 }) {
      if firstTokens?.add(figures.ttft) == nil { firstTokens = figures.ttft }
    }
    history.add(status, firstTokens: firstTokens, uptime: start.duration(to: loop.now))
    historyTimer?.arm(after: FleetHistory.interval)
  }

  /// Answers with all decisions about the request that a path ends in.
  private func explain(_ exchange: HTTPExchange) {
    let rest = Array(exchange.head.path.utf8.dropFirst("/api/decisions/".utf8.count))
    let name = PercentEncoding.decode(rest.span)
    do throws(GRPCStatus) {
      let list = try answering { (core, now, _) throws(Rejection) in
        try core.explain(.init(requestId: name), at: now)
      }
      exchange.send(list)
    } catch {
      exchange.fail(error.code == .notFound ? 404 : 400, error.message)
    }
  }

  /// Carries an order out: `/api/nodes/NAME/cordon`, `drain` or `undrain`.
  private func order(_ exchange: HTTPExchange, token: String?) {
    guard let token else {
      return exchange.fail(403, "this console takes no orders: set consoleToken to a file's path")
    }
    let given = exchange.head.fields.text("authorization") ?? ""
    guard SHA256.isSame(Array(given.utf8), Array("Bearer \(token)".utf8)) else {
      return exchange.fail(401, "orders need the token of the file that consoleToken names")
    }
    let parts = exchange.head.path.split(separator: "/")
    let orders: [Substring: HearthV1.Availability] = [
      "cordon": .cordoned, "drain": .draining, "undrain": .ready,
    ]
    guard parts.count == 4, let availability = orders[parts[3]] else {
      return exchange.fail(404, "orders are /api/nodes/NAME/cordon, drain and undrain")
    }
    let request = HearthV1.SetNodeAvailabilityRequest(
      node: String(parts[2]),
      availability: availability,
      deadlineNs: Self.drainLimit.nanoseconds,
      message: "ordered in the console"
    )
    do throws(GRPCStatus) {
      exchange.send(try order(request, by: exchange.client))
    } catch {
      exchange.fail(error.code == .notFound ? 404 : 400, error.message)
    }
  }

  /// How long turns of a drained node may take, as `hearth node drain` has it.
  private static let drainLimit = Duration.seconds(3_600)
}

/// Why a request is not answered, as the page reads it.
private struct Fault: JSONWritable {
  let error: String

  func write(to json: inout JSONText) { json.object { $0.field("error", error) } }
}

extension HTTPExchange {
  fileprivate func send(_ value: some JSONWritable) { respond(200, value) }

  fileprivate func fail(_ status: Int, _ why: String) { respond(status, Fault(error: why)) }

  private func respond(_ status: Int, _ value: some JSONWritable) {
    respond(status, "application/json", String(decoding: value.jsonBytes, as: UTF8.self))
  }
}
