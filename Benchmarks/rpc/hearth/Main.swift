import EventLoop
import Glibc
import HearthMessages
import HearthProto
import Logging
import RPC
import Wire

/// On the wire a `bench.Payload`: one field of bytes, here as text.
typealias Payload = HearthTestingV1.Leaf

let unary = MethodDescriptor<Payload, Payload>(
  path: "/bench.Echo/Unary",
  clientStreaming: false,
  serverStreaming: false
)

/// Ends the process with words on standard error.
func fail(_ words: String, code: CInt = 1) -> Never {
  _ = (words + "\n").withCString { write(STDERR_FILENO, $0, strlen($0)) }
  exit(code)
}

/// Hearth's own ends of the benchmark.
@main
struct Main {
  static let usage = """
    usage: hearth-echo serve [<certificate> <key>]
           hearth-echo serve-bytes
           hearth-echo call <port> <concurrency> <seconds>
    """

  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.count) {
    case ("serve", 1): try serve(tls: nil)
    case ("serve", 3):
      try serve(
        tls: TLSSettings(certificateChainPath: arguments[1], privateKeyPath: arguments[2])
      )
    case ("serve-bytes", 1): try serve(tls: nil, inPlace: true)
    case ("call", 4):
      guard let port = UInt16(arguments[1]), let concurrency = Int(arguments[2]),
        let seconds = Double(arguments[3])
      else { fail(usage, code: 2) }
      try Caller.run(port: port, concurrency: concurrency, measured: .seconds(seconds))
    default: fail(usage, code: 2)
    }
  }

  /// Prints "listening <port>" once it can be called, and runs until it is killed.
  private static func serve(tls: TLSSettings?, inPlace: Bool = false) throws {
    let loop = try Loop()
    var settings = Server.Settings()
    settings.tls = tls
    let server = try Server(loop: loop, settings: settings, logger: Logger(label: "hearth-echo"))
    if inPlace {
      server.handleBytes(unary) { request, _, reply throws(GRPCStatus) in reply.append(request) }
    } else {
      server.handle(unary) { request, _ throws(GRPCStatus) in request }
    }
    let address = try server.listen(on: "127.0.0.1:0")
    print("listening \(address.split(separator: ":").last ?? "")")
    fflush(nil)
    loop.run()
  }
}
