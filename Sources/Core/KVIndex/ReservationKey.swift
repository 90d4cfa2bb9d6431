import Basics

/// Makes reservations that hold for one turn each, which whoever has the key can tell of any.
///
/// A reservation is a number and a keyed digest of its turn, both of 32 bits, under a permutation
/// of 64 bits: nobody who does not know the key tells it from a random number, guesses another one
/// from it, or finds a second turn that it holds for.
public struct ReservationKey: Sendable, Hashable {
  /// The key's halves.
  public let words: [UInt64]

  /// The key of these halves.
  public init(_ high: UInt64, _ low: UInt64) { words = [high, low] }

  /// The key that a secret draws for a use: each use has one of its own.
  public init(secret: UInt64, for use: StaticString = "reservations") {
    var random = PRNG(seed: secret, stream: use)
    words = [random.next(), random.next()]
  }

  private var function: SipHash { SipHash(key: (words[0], words[1])) }

  /// The reservation of this number for the turn of this digest.
  public func reservation(_ number: UInt32, for digest: UInt32) -> UInt64 {
    var (left, right) = (number, digest)
    for round in Self.rounds { (left, right) = (right, left ^ scramble(right, in: round)) }
    return UInt64(left) << 32 | UInt64(right)
  }

  /// The digest of the turn that a reservation was made for.
  public func digest(of reservation: UInt64) -> UInt32 { parts(of: reservation).digest }

  /// The number and the digest that a reservation was made of.
  public func parts(of reservation: UInt64) -> (number: UInt32, digest: UInt32) {
    var (left, right) = (UInt32(reservation >> 32), UInt32(truncatingIfNeeded: reservation))
    for round in Self.rounds.reversed() {
      (left, right) = (right ^ scramble(left, in: round), left)
    }
    return (left, right)
  }

  /// The digest of all turns of a tenant and model.
  public func digest(tenant: String, model: String) -> UInt32 {
    let names = [BlockHasher(model: model).hash]
    return UInt32(truncatingIfNeeded: function.hash(BlockHasher(model: tenant).hash, names.span))
  }

  /// The reservation as it holds on one replica only; and back, since it is done twice.
  public func bound(_ reservation: UInt64, to replica: String) -> UInt64 {
    let name = [BlockHasher(model: replica).hash]
    return reservation ^ function.hash(Self.replicas, name.span)
  }

  /// The digest of a turn: of its model, its adapter, the length of its prompt and its hashes,
  /// which are those under the adapter and in the trust group.
  public func digest(
    model: String,
    adapter: String,
    promptTokens: Int,
    hashes: Span<BlockHash>,
    blockTokens: Int
  ) -> UInt32 {
    let length = UInt64(clamping: promptTokens)
    let names = BlockHasher(model: model, adapter: adapter).hash
    // Of prompts without blocks nobody says how long those are.
    let block = hashes.isEmpty ? 0 : UInt64(clamping: blockTokens)
    let inner = function.hash(names, hashes)
    let rest = [length, block]
    return UInt32(truncatingIfNeeded: function.hash(inner, rest.span))
  }

  /// Four make a permutation out of a random function (Luby, Rackoff, 1988).
  private static let rounds: [UInt64] = [0, 1, 2, 3]

  /// What is hashed of replicas begins otherwise than what is of rounds.
  private static let replicas = UInt64.max

  private func scramble(_ half: UInt32, in round: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: function.hash(round << 32 | UInt64(half)))
  }
}
