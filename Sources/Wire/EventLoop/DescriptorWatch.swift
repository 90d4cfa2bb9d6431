import CUV

/// Tells when a descriptor that some library owns becomes readable.
@safe public final class DescriptorWatch {
  private let fire: () -> Void
  private var handle: UVHandle<uv_poll_t>?

  /// Calls `fire` whenever the loop finds `descriptor` readable, which must outlive the watch.
  public init(_ descriptor: CInt, loop: Loop, fire: @escaping () -> Void) throws(UVError) {
    self.fire = fire
    let raw = unsafe loop.raw
    let handle = try unsafe UVHandle<uv_poll_t>("watch descriptor \(descriptor)", on: loop) {
      unsafe uv_poll_init(raw, $0, descriptor)
    }
    unsafe handle.setOwner(self)
    let code = unsafe uv_poll_start(handle.raw, Int32(UV_READABLE.rawValue)) { raw, _, _ in
      unsafe UVHandle.owner(raw, as: DescriptorWatch.self)?.fire()
    }
    try UVError.check(code, "watch descriptor \(descriptor)")
    unsafe self.handle = consume handle
  }
}
