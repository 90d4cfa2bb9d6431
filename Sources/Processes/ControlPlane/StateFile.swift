import Basics
import Daemon
import Durable
import Glibc
import HearthMessages
import HearthProto

/// The file in which the control plane keeps what it must still know after a restart.
///
/// It is replaced as a whole: written beside, flushed to the disk and renamed, so that there is
/// always a complete one.
final class StateFile {
  private static let name = "fleet.state"
  /// Far more than the most nodes take.
  private static let bytesMax = 256 << 20

  private let folder: String
  private let arena: CallArena

  private var path: String { "\(folder)/\(Self.name)" }

  /// Uses a folder, which is made if it is missing.
  init(in folder: String) throws(StartError) {
    self.folder = folder
    var limits = WireLimits()
    (limits.messageBytesMax, limits.arenaBytesMax) = (Self.bytesMax, 4 * Self.bytesMax)
    arena = CallArena(limits: limits)
    guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw StartError("stateFolder: \(Self.fault("make", folder))")
    }
  }

  /// What was kept; nil when nothing was.
  func read() throws(StartError) -> HearthV1.StoredFleet? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw StartError("stateFolder: \(Self.fault("read", path))")
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(file, &buffer, buffer.count)
      guard count >= 0, bytes.count <= Self.bytesMax else {
        throw StartError("stateFolder: \(Self.fault("read", path))")
      }
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    defer { arena.reset() }
    do throws(ProtoError) {
      return try HearthV1.StoredFleet(decoding: bytes.span, arena: arena)
    } catch {
      throw StartError(
        "\(path) is damaged (\(error)): move it away to start without orders and known nodes"
      )
    }
  }

  /// Keeps the state in place of what was kept; returns what went wrong.
  func write(_ state: HearthV1.StoredFleet) -> String? {
    var bytes = Bytes()
    defer { arena.reset() }
    do throws(ProtoError) {
      try state.encode(into: &bytes, arena: arena)
    } catch {
      return "\(error)"
    }
    do throws(DurableFile.Fault) {
      try bytes.withSpan { (span) throws(DurableFile.Fault) in
        try DurableFile.replace(path, with: span)
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  private static func fault(_ what: String, _ path: String) -> String {
    let reason = unsafe String(cString: strerror(errno))
    return "can't \(what) \(path): \(reason)"
  }
}
