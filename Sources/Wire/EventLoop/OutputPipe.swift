import Basics
import CUV

/// The reading end of a child's output, cut into lines.
///
/// A line ends with a newline or with the output; one that grows past ``lineBytesMax`` is cut
/// there, so that a child can't take memory without end.
@safe final class OutputPipe {
  static let lineBytesMax = 16 << 10

  private let loop: Loop
  private let onLine: (String) -> Void
  private let onEnd: () -> Void
  private var handle: UVHandle<uv_pipe_t>?
  private var partial = Bytes()

  init(
    loop: Loop,
    onLine: @escaping (String) -> Void,
    onEnd: @escaping () -> Void
  ) throws(UVError) {
    self.loop = loop
    self.onLine = onLine
    self.onEnd = onEnd
    let raw = unsafe loop.raw
    let handle = try unsafe UVHandle<uv_pipe_t>("make a pipe", on: loop) {
      unsafe uv_pipe_init(raw, $0, 0)
    }
    unsafe handle.setOwner(self)
    unsafe self.handle = consume handle
  }

  var stream: UnsafeMutablePointer<uv_stream_t>? {
    guard unsafe handle != nil, let base = unsafe handle?.base else { return nil }
    return unsafe UnsafeMutableRawPointer(base).assumingMemoryBound(to: uv_stream_t.self)
  }

  func start() {
    _ = unsafe uv_read_start(
      stream,
      { handle, _, buffer in
        let owner = unsafe UVHandle<uv_handle_t>.owner(handle, as: OutputPipe.self)
        guard let memory = unsafe owner?.loop.readBuffer else { return }
        unsafe buffer?.pointee = uv_buf_init(
          memory.baseAddress?.assumingMemoryBound(to: CChar.self),
          CUnsignedInt(memory.count)
        )
      },
      { stream, count, _ in
        unsafe UVHandle<uv_stream_t>.owner(stream, as: OutputPipe.self)?.didRead(count)
      }
    )
  }

  private func didRead(_ count: Int) {
    guard count >= 0 else {
      if !partial.isEmpty { emit() }
      unsafe handle = nil
      onEnd()
      return
    }
    for index in 0..<count {
      let byte = unsafe loop.readBuffer[index]
      if byte == UInt8(ascii: "\n") {
        emit()
      } else {
        partial.append(byte)
        if partial.count == Self.lineBytesMax { emit() }
      }
    }
  }

  private func emit() {
    let line = partial.withSpan { span in
      unsafe span.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
    partial.removeAll()
    onLine(line)
  }
}
