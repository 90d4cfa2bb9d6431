import CUV

/// The sole owner of a libuv handle.
///
/// libuv keeps the address of a handle from its initialisation until its close callback, so the
/// memory is ours, never moves, and is freed in that callback. `data` points to the object that
/// callbacks are for; it is nil once the owner is gone, and callbacks return at once then. A handle
/// keeps its loop, so that a loop ends after the last handle on it.
@safe struct UVHandle<Raw>: ~Copyable {
  let raw: UnsafeMutablePointer<Raw>
  private let loop: Loop?

  /// Allocates a handle and has `initialize` set it up.
  init(
    _ operation: @autoclosure () -> String,
    on loop: Loop?,
    _ initialize: (UnsafeMutablePointer<Raw>) -> CInt
  ) throws(UVError) {
    let raw = UnsafeMutablePointer<Raw>.allocate(capacity: 1)
    let code = unsafe initialize(raw)
    guard code >= 0 else {
      unsafe raw.deallocate()
      throw UVError(code: code, operation: operation())
    }
    unsafe self.raw = raw
    self.loop = loop
    unsafe base.pointee.data = nil
  }

  /// The handle as libuv's base type.
  var base: UnsafeMutablePointer<uv_handle_t> {
    unsafe UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_handle_t.self)
  }

  /// Sets who callbacks are for; the owner must outlive the handle, as its stored property does.
  func setOwner(_ owner: AnyObject) {
    unsafe base.pointee.data = Unmanaged.passUnretained(owner).toOpaque()
  }

  /// Lets the loop end although this handle is open.
  func unreference() {
    unsafe uv_unref(base)
  }

  deinit {
    unsafe base.pointee.data = nil
    unsafe uv_close(base) { handle in unsafe UnsafeMutableRawPointer(handle)?.deallocate() }
  }

  /// Who a callback is for, or nil once the owner is gone.
  static func owner<Owner: AnyObject>(
    _ raw: UnsafeMutablePointer<Raw>?,
    as type: Owner.Type
  ) -> Owner? {
    let base = unsafe UnsafeMutableRawPointer(raw)?.assumingMemoryBound(to: uv_handle_t.self)
    guard let data = unsafe base?.pointee.data else { return nil }
    return unsafe Unmanaged<Owner>.fromOpaque(data).takeUnretainedValue()
  }
}
