/// How the calls of one method ended, counted by their codes.
public final class StatusTally {
  private var counts = [Int](repeating: 0, count: GRPCStatus.Code.allCases.count)

  /// Counts nothing yet.
  public init() {}

  /// How many calls ended so.
  public subscript(code: GRPCStatus.Code) -> Int { counts[Int(code.rawValue)] }

  func add(_ code: GRPCStatus.Code) { counts[Int(code.rawValue)] += 1 }
}
