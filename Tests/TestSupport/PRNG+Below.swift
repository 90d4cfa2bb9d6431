package import Basics

extension PRNG {
  /// The next number in 0 ..< `limit`.
  package mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
