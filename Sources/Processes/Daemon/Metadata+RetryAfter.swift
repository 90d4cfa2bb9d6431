import Basics
public import Wire

extension Metadata {
  private static let retryAfter = "hearth-retry-after-ms"

  /// When an engine that is full may be asked again, in milliseconds of the wall's time; nil where
  /// nobody says.
  public var retryAfterMs: Int64? { self[Self.retryAfter].flatMap { Int64($0) } }

  /// With the time after which an engine that is full may be asked again.
  public func retrying(after time: Duration?) -> Metadata {
    guard let time else { return self }
    return (try? replacing(Self.retryAfter, with: "\(time.nanoseconds / 1_000_000)")) ?? self
  }
}
