import CWorkers
import EventLoop
import Glibc

/// One connection over which records go as packets, each whole.
final class PacketSocket {
  /// Most bytes of a packet.
  static let bytesMax = 4 << 10

  private let socket: Int32
  private var watch: DescriptorWatch?
  private let onPacket: (Record) -> Void
  private let onClose: (WorkerFault?) -> Void

  /// Takes over a socket; `onClose` is called once, with the fault of a peer that sent none.
  init(
    _ socket: Int32,
    loop: Loop,
    onPacket: @escaping (Record) -> Void,
    onClose: @escaping (WorkerFault?) -> Void
  ) throws(UVError) {
    (self.socket, self.onPacket, self.onClose) = (socket, onPacket, onClose)
    watch = try DescriptorWatch(socket, loop: loop) { [unowned self] in read() }
  }

  deinit {
    watch = nil
    close(socket)
  }

  /// Sends a record; a peer that does not read loses it.
  @discardableResult
  func send(_ record: Record) -> Bool {
    let bytes = record.bytes
    return Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: Self.bytesMax)
    let flags = Int32(MSG_TRUNC) | Int32(MSG_DONTWAIT)
    let count = recv(socket, &buffer, buffer.count, flags)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else { return end(nil) }
    do throws(WorkerFault) {
      guard count <= buffer.count else {
        throw WorkerFault("a packet of more than \(Self.bytesMax) bytes")
      }
      onPacket(try Record(buffer[..<count]))
    } catch {
      end(error)
    }
  }

  private func end(_ fault: WorkerFault?) {
    guard watch != nil else { return }
    if let fault {
      var answer = Record()
      answer.add("fault", fault)
      send(answer)
    }
    watch = nil
    onClose(fault)
  }
}
