extension Double {
  /// Rounded up to a whole number.
  ///
  /// From 0 to 2^62 only, and as ``rounded(_:)`` without a call.
  @inline(__always)
  var ceiling: Double {
    let whole = Double(Int(self))
    return whole < self ? whole + 1 : whole
  }

  /// The nearest whole number; of two the greater.
  ///
  /// From 0 to 2^62 only, and as ``rounded()`` without a call.
  @inline(__always)
  var nearest: Int {
    let whole = Int(self)
    return self - Double(whole) >= 0.5 ? whole + 1 : whole
  }
}
