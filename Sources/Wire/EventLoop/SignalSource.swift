import CShims
import CUV

/// Hears a signal that is sent to the process, on a loop.
@safe public final class SignalSource {
  private let fire: () -> Void
  private var handle: UVHandle<uv_signal_t>?

  /// Calls `fire` each time the signal comes; the loop may end although it listens.
  public init(_ signal: CInt, loop: Loop, fire: @escaping () -> Void) throws(UVError) {
    self.fire = fire
    let raw = unsafe loop.raw
    let handle = try unsafe UVHandle<uv_signal_t>("listen for signal \(signal)", on: loop) {
      unsafe uv_signal_init(raw, $0)
    }
    unsafe handle.setOwner(self)
    unsafe handle.unreference()
    let code = unsafe uv_signal_start(
      handle.raw,
      { raw, _ in unsafe UVHandle.owner(raw, as: SignalSource.self)?.fire() },
      signal
    )
    try UVError.check(code, "listen for signal \(signal)")
    hearth_unblock_signal(signal)
    unsafe self.handle = consume handle
  }
}
