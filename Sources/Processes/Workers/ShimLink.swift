import Basics
import CWorkers
import EventLoop
import Glibc

/// An agent's end of one shim: from its start, or from its adoption, to its end.
final class ShimLink {
  enum Event {
    case started(WorkerStatus)
    case exited(WorkerExit)
    /// The shim has ended, or its start went wrong: its folder tells how.
    case closed
  }

  private let folder: WorkerDirectory
  private let loop: Loop
  private let onEvent: (Event) -> Void
  private var report: (descriptor: Int32, watch: DescriptorWatch)?
  private var socket: PacketSocket?
  private var queued: [ShimRequest] = []

  /// The latest that the shim told.
  private(set) var status: WorkerStatus?

  /// Starts a shim.
  init(
    starting command: [String],
    _ folder: WorkerDirectory,
    loop: Loop,
    onEvent: @escaping (Event) -> Void
  ) throws {
    (self.folder, self.loop, self.onEvent) = (folder, loop, onEvent)
    let log = open(folder.shimLog, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard log >= 0 else { throw WorkerFault("writing \(folder.shimLog)", errno) }
    defer { close(log) }
    var ends: [Int32] = [-1, -1]
    guard hearth_pipe(&ends) == 0 else { throw WorkerFault("making a pipe", errno) }
    defer { close(ends[1]) }
    do {
      let watch = try DescriptorWatch(ends[0], loop: loop) { [unowned self] in hear() }
      report = (ends[0], watch)
    } catch {
      close(ends[0])
      throw error
    }
    let code = withCStrings(command) { hearth_start_detached($0, log, ends[1]) }
    guard code == 0 else { throw WorkerFault("starting \(command[0])", -code) }
  }

  /// Takes up a shim that runs.
  init(
    adopting folder: WorkerDirectory,
    loop: Loop,
    onEvent: @escaping (Event) -> Void
  ) throws(WorkerFault) {
    (self.folder, self.loop, self.onEvent) = (folder, loop, onEvent)
    try connect()
  }

  deinit {
    let descriptor = report?.descriptor
    report = nil
    if let descriptor { close(descriptor) }
  }

  /// Asks something of the shim, once it listens.
  func send(_ request: ShimRequest) throws(WorkerFault) {
    guard let socket else {
      queued.append(request)
      return
    }
    guard socket.send(request.record) else {
      throw WorkerFault("asking the shim in \(folder.path)", errno)
    }
  }

  /// The shim started its worker, or could not and has written down why.
  private func hear() {
    guard let descriptor = report?.descriptor else { return }
    var buffer = [UInt8](repeating: 0, count: 4 << 10)
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { return }
    // No watch of a descriptor may outlive it.
    self.report = nil
    close(descriptor)
    let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    do throws(WorkerFault) {
      guard text == "ok" else {
        throw WorkerFault(text.isEmpty ? "its shim ended before it told anything" : text)
      }
      try connect()
    } catch {
      // The shim may have been unable to write; one that never ran surely has not.
      if text != "ok", !Files.exists(folder.fault) {
        folder.keep(error)
      }
      onEvent(.closed)
    }
  }

  private func connect() throws(WorkerFault) {
    // The folder's path may be longer than an address of a socket can be.
    let opened = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw WorkerFault("opening \(folder.path)", errno) }
    defer { close(opened) }
    let descriptor = hearth_connect_packets("/proc/self/fd/\(opened)/socket")
    guard descriptor >= 0 else { throw WorkerFault("reaching \(folder.socket)", -descriptor) }
    do throws(UVError) {
      socket = try PacketSocket(descriptor, loop: loop) { [unowned self] in
        take($0)
      } onClose: {
        [unowned self] _ in
        socket = nil
        onEvent(.closed)
      }
    } catch {
      throw WorkerFault("\(folder.socket): \(error)")
    }
    try send(.watch)
    let waiting = queued
    queued = []
    for request in waiting { try send(request) }
  }

  private func take(_ record: Record) {
    guard let status = try? WorkerStatus(record) else { return }
    let before = self.status
    self.status = status
    if before == nil { onEvent(.started(status)) }
    if before?.exit == nil, let exit = status.exit { onEvent(.exited(exit)) }
  }
}
