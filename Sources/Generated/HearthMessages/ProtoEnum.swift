/// A protobuf enumeration: a value for each number, and one for the numbers that are not known here.
public protocol ProtoEnum: RawRepresentable<Int32>, Hashable, Sendable {
  /// Makes the value with this number.
  init(rawValue: Int32)
}
