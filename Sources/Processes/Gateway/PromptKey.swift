import Basics
import HearthMessages
import Transcripts

/// What prompts are told apart by.
struct PromptKey {
  /// What blocks are hashed with: the gateways' own.
  let chains: SipHash
  /// What values of prompts are digested with: nodes are told, since answers have values too.
  private let low: UInt64
  private let high: UInt64

  /// Makes the key of all gateways that are given this number; without one, of this one alone.
  init(_ number: UInt64?) {
    let word = number ?? .random(in: 0 ... .max)
    chains = SipHash(key: (word, ~word))
    (low, high) = (chains.hash(1), chains.hash(2))
  }

  var values: SipHash { SipHash(key: (low, high)) }

  /// Where a prompt ends, for the node that answers it.
  func link(_ chain: TranscriptChain, tail: [UInt8]) -> HearthV1.TranscriptLink {
    HearthV1.TranscriptLink(
      valueKeyLow: low,
      valueKeyHigh: high,
      blockKeyLow: chain.link.key.0,
      blockKeyHigh: chain.link.key.1,
      digest: chain.link.digest,
      length: UInt32(clamping: chain.link.length),
      blockLength: UInt32(clamping: chain.link.blockLength),
      tail: tail
    )
  }
}
