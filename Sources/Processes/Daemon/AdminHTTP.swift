import EventLoop
public import HTTP
import Logging
import Wire

/// Serves operators over HTTP: health, metrics, and what a daemon adds.
///
/// Nothing can be changed there: it takes GET and HEAD.
public final class AdminHTTP {
  /// Answers a request that is complete, at once or later, on the loop.
  public typealias Handler = (HTTPExchange) -> Void

  private let server: HTTPServer
  private var handlers: [String: Handler] = [:]

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

  /// Listens there; returns the address with the port that the kernel chose for port 0.
  func listen(on address: String) throws(UVError) -> String { try server.listen(on: address) }

  private func begin(_ exchange: HTTPExchange) {
    // The rest of the request is read first, so that the connection can go on.
    exchange.onComplete = { [unowned self, unowned exchange] in answer(exchange) }
  }

  private func answer(_ exchange: HTTPExchange) {
    guard let handler = handler(of: exchange.head.path) else {
      let paths = handlers.keys.sorted().joined(separator: "\n")
      return exchange.respond(404, "text/plain; charset=utf-8", "there is:\n\(paths)\n")
    }
    guard [.get, .head].contains(exchange.head.method) else {
      return exchange.respond(
        405,
        "text/plain; charset=utf-8",
        "only GET and HEAD are served here\n",
        [("allow", "GET, HEAD")]
      )
    }
    handler(exchange)
  }

  private func handler(of path: Substring) -> Handler? {
    if let own = handlers[String(path)] { return own }
    var folder = path
    while let slash = folder.dropLast().lastIndex(of: "/") {
      folder = folder[...slash]
      if let found = handlers[String(folder)] { return found }
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
