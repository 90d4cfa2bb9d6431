import EventLoop
public import HTTP
import Logging
import Wire

/// Serves operators over HTTP: health, metrics, and what a daemon adds.
///
/// Nothing can be changed there, unless a daemon has handlers of POST.
public final class AdminHTTP {
  /// Answers a request that is complete, at once or later, on the loop.
  public typealias Handler = (HTTPExchange) -> Void

  private let server: HTTPServer
  private var handlers: [String: Handler] = [:]
  private var posts: [String: Handler] = [:]

  /// Makes a server that does not listen yet.
  init(loop: Loop, logger: Logger) throws(WireError) {
    var settings = HTTPServer.Settings()
    settings.listener.connectionsMax = 64
    settings.limits.bodyBytesMax = 1 << 10
    server = try HTTPServer(loop: loop, settings: settings, logger: logger)
    server.onRequest = { [unowned self] in begin($0) }
  }

  /// Has requests for `path` answered; a path that ends in `/` stands for all below it that have no
  /// handler of their own.
  public func handle(_ path: String, _ handler: @escaping Handler) { handlers[path] = handler }

  /// Has requests that change something answered, which come by POST; paths are as those of
  /// ``handle(_:_:)``.
  public func handlePost(_ path: String, _ handler: @escaping Handler) { posts[path] = handler }

  /// Listens there; returns the address with the port that the kernel chose for port 0.
  func listen(on address: String) throws(UVError) -> String { try server.listen(on: address) }

  private func begin(_ exchange: HTTPExchange) {
    // The rest of the request is read first, so that the connection can go on.
    exchange.onComplete = { [unowned self, unowned exchange] in answer(exchange) }
  }

  private func answer(_ exchange: HTTPExchange) {
    let path = exchange.head.path
    let (get, post) = (Self.handler(of: path, in: handlers), Self.handler(of: path, in: posts))
    switch exchange.head.method {
    case .get where get != nil, .head where get != nil: get?(exchange)
    case .post where post != nil: post?(exchange)
    default:
      refuse(exchange, takes: (get == nil ? [] : ["GET", "HEAD"]) + (post == nil ? [] : ["POST"]))
    }
  }

  private func refuse(_ exchange: HTTPExchange, takes methods: [String]) {
    let type = "text/plain; charset=utf-8"
    guard methods.isEmpty else {
      let list = methods.joined(separator: ", ")
      return exchange.respond(405, type, "only \(list) is served here\n", [("allow", list)])
    }
    let paths = Set(handlers.keys).union(posts.keys).sorted().joined(separator: "\n")
    exchange.respond(404, type, "there is:\n\(paths)\n")
  }

  private static func handler(of path: Substring, in handlers: [String: Handler]) -> Handler? {
    if let own = handlers[String(path)] { return own }
    var folder = path
    while let slash = folder.dropLast().lastIndex(of: "/") {
      folder = folder[...slash]
      if folder.count > 1, let found = handlers[String(folder)] { return found }
    }
    return nil
  }
}

extension HTTPExchange {
  /// Sends a whole response whose body is text, with more fields than those of every response.
  public func respond(
    _ status: Int,
    _ contentType: String,
    _ text: String,
    _ more: [(name: String, value: String)] = []
  ) {
    var fields = HTTPFields()
    fields.append("content-type", contentType)
    fields.append("cache-control", "no-store")
    fields.append("x-content-type-options", "nosniff")
    for field in more { fields.append(field.name, field.value) }
    respond(status, fields, body: Array(text.utf8))
  }
}
