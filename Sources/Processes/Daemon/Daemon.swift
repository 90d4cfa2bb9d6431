import Basics
import EventLoop
import Glibc
import HTTP
import HearthMessages
import Logging
import RPC
public import Settings
import Telemetry
import Wire

/// The life of a process that serves: from its settings to the last call.
public enum Daemon {
  /// Reads the settings of `program`, runs a service until SIGTERM or SIGINT, and ends the process.
  ///
  /// `about` says what it does, in one sentence. A second signal cuts off what still runs. The exit
  /// code is 0 after a stop in good order, 1 when the process could not start, 2 when its settings
  /// are wrong.
  public static func run<Settings: DaemonSettings, Service: DaemonService>(
    _ program: String,
    about: String,
    make: (Settings, DaemonContext) throws -> Service
  ) -> Never {
    let launch = SettingsLaunch(program: program, about: about, version: HearthVersion.text)
    let settings = Settings.read(launch).orExit()
    let common = settings.common
    FreedMemory.keep()
    if common.exitWithParent, !ParentProcess.endWithIt() { exit(0) }
    let writer = LogWriter(format: common.logFormat)
    let logger = writer.logger(program, level: common.logLevel)
    var code: Int32 = 0
    do {
      let process = try Process(program, common, logger, writer) { try make(settings, $0) }
      process.loop.run()
      if process.loop.isLookingUp {
        // Nobody waits for a resolver that does not answer, which takes half a minute.
        writer.flush(within: .seconds(1))
        _exit(0)
      }
    } catch {
      logger.error("could not start", metadata: ["error": "\(error)"])
      code = 1
    }
    writer.flush(within: .seconds(1))
    exit(code)
  }
}

/// A daemon's process as long as its loop runs.
private final class Process<Service: DaemonService> {
  let loop: Loop
  private let logger: Logger
  private let server: Server
  private let health = HealthService()
  private let admin: AdminHTTP
  private let metrics: MetricsRegistry
  private let service: Service
  private var exporter: SpanExporter?
  private let manager: ServiceManager?
  private let grace: Duration
  private var signals: [SignalSource] = []
  private var flushTimer: LoopTimer?
  private var isServing = false
  private var isStopping = false

  init(
    _ program: String,
    _ settings: CommonSettings,
    _ logger: Logger,
    _ writer: LogWriter,
    _ make: (DaemonContext) throws -> Service
  ) throws {
    self.logger = logger
    grace = settings.grace
    let loop = try Loop()
    self.loop = loop
    manager = try ServiceManager(loop: loop, logger: logger)
    server = try Server(
      loop: loop,
      settings: settings.server(descriptors: DescriptorLimit.raise()),
      logger: logger
    )
    let bound = try server.listen(on: settings.listen.description)
    metrics = MetricsRegistry()
    admin = try AdminHTTP(loop: loop, logger: logger)
    let context = DaemonContext(
      loop: loop,
      fleetClock: LoopClock(rate: settings.timeScale),
      logger: logger,
      channelSettings: settings.channel(logger),
      address: try Self.address(settings, bound: bound),
      admin: admin,
      incarnation: .random(in: 1 ... .max)
    )
    service = try make(context)
    service.register(on: server)
    health.register(on: server)
    ReflectionService.register(on: server)
    setHealth(isServing: !(service is any AttachingService))
    (service as? any AttachingService)?.onHealth = { [unowned self] in setHealth(isServing: $0) }
    signals.append(try SignalSource(SIGHUP, loop: loop) { [unowned self] in reread() })
    for signal in [SIGTERM, SIGINT] {
      signals.append(try SignalSource(signal, loop: loop) { [unowned self] in stop(signal) })
    }
    flushTimer = try LoopTimer(loop: loop) { [unowned self] in
      writer.flush()
      flushTimer?.arm(after: .seconds(1))
    }
    flushTimer?.arm(after: .seconds(1))
    logger.notice(
      "serving",
      metadata: ["address": "\(bound)", "tls": "\(settings.tls != nil)"]
    )
    let figures = ProcessFigures(of: program)
    metrics.add(ProcessFigures.metrics) { figures }
    metrics.add(DaemonFigures.metrics) { [unowned self] in
      DaemonFigures(loop: self.loop, server: server)
    }
    if let collector = settings.traceCollector {
      let tracer = Tracer(of: program, share: settings.traceShare)
      exporter = try SpanExporter(tracer, to: "\(collector)", loop: loop, logger: logger)
    }
    metrics.add(SpanExporter.metrics) { [unowned self] in exporter }
    service.observe(metrics, exporter?.tracer)
    try serveOperators(settings.admin)
    warn(settings)
    manager?.ready()
  }

  /// Serves health and metrics over HTTP, and what the service has for operators.
  private func serveOperators(_ place: NetworkAddress?) throws {
    admin.handle("/live") { $0.respond(200, "application/json", #"{"status":"live"}"#) }
    admin.handle("/health") { [unowned self] exchange in
      let status = isStopping ? "stopping" : isServing ? "serving" : "not serving"
      exchange.respond(isServing ? 200 : 503, "application/json", #"{"status":"\#(status)"}"#)
    }
    admin.handle("/metrics") { [unowned self] exchange in
      let form = MetricsPage.Form(accept: exchange.head.fields.text("accept"))
      let page = metrics.page
      // Thousands of series take longer to write than the loop should be held up.
      let work = { @Sendable in page.text(form) }
      do throws(UVError) {
        try loop.offload(work) { exchange.respond(200, form.contentType, $0) }
      } catch {
        exchange.respond(200, form.contentType, work())
      }
    }
    guard let place else { return }
    let bound = try admin.listen(on: place.description)
    logger.notice("serving operators over HTTP", metadata: ["address": "\(bound)"])
  }

  /// Says what others than those who should could do.
  private func warn(_ settings: CommonSettings) {
    guard let tls = settings.tls else {
      guard !settings.listen.isLoopback else { return }
      logger.warning(
        "without TLS on an address that others may reach: they can read and do anything",
        metadata: ["address": "\(settings.listen)"]
      )
      return
    }
    if tls.servesAnybody {
      logger.warning("clients need no certificate: anybody who reaches the port may do anything")
    }
    var status = stat()
    if stat(tls.key, &status) == 0, status.st_mode & 0o077 != 0 {
      let mode = String(status.st_mode & 0o777, radix: 8)
      logger.warning(
        "others can read the private key",
        metadata: ["key": "\(tls.key)", "mode": "\(mode)"]
      )
    }
  }

  /// Reads certificates and other files again; connections that are open keep theirs.
  private func reread() {
    manager?.reloading()
    defer { manager?.ready() }
    do {
      let certificates = try server.rereadCertificates() ? ["certificates"] : []
      let read = certificates + (try service.reread())
      guard !read.isEmpty else { return logger.notice("there is nothing to read again") }
      logger.notice("\(read.joined(separator: ", ")) were read again")
    } catch {
      logger.warning("not all can be read again", metadata: ["why": "\(error)"])
    }
  }

  /// What others are told to call: a wildcard is nobody's address.
  private static func address(_ settings: CommonSettings, bound: String) throws -> String {
    if let advertise = settings.advertise { return advertise.description }
    guard !["0.0.0.0", "::"].contains(settings.listen.host) else {
      throw StartError(
        "this process listens on every address; tell others which to dial: --advertise host:port"
      )
    }
    guard let port = NetworkAddress(bound)?.port, let port = UInt16(exactly: port) else {
      return bound
    }
    return NetworkAddress(host: settings.listen.host, port: port).description
  }

  private func setHealth(isServing: Bool) {
    guard !isStopping else { return }
    self.isServing = isServing
    manager?.say(isServing ? "serving" : "not serving")
    for name in [""] + server.services { health.set(name, isServing ? .serving : .notServing) }
  }

  private func stop(_ signal: Int32) {
    guard !isStopping else {
      logger.warning("stopping at once", metadata: ["signal": "\(signal)"])
      loop.stop()
      return
    }
    setHealth(isServing: false)
    isStopping = true
    manager?.stopping(within: grace)
    logger.notice("stopping", metadata: ["signal": "\(signal)"])
    service.stop(within: grace) { [self] in
      server.shutDown(within: .seconds(1)) { [self] in
        guard let exporter else { return loop.stop() }
        exporter.finish { [self] in loop.stop() }
      }
    }
  }
}

/// Why a process could not start, in words for its operator.
public struct StartError: Error, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String

  /// Makes an error.
  public init(_ description: String) { self.description = description }
}
