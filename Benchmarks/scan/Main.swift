import Basics
import Glibc
import Transcripts

/// What it takes to scan prompts, and to hash their blocks; one line of JSON for each size of body,
/// in microseconds of processor time.
@main
struct Main {
  static func main() {
    let sizes = CommandLine.arguments.dropFirst().compactMap { Int($0) }.filter { $0 > 0 }
    guard !sizes.isEmpty else {
      _ = "usage: scan-bench <bytes> ...\n".withCString { write(2, $0, strlen($0)) }
      exit(1)
    }
    for size in sizes {
      let body = Array(body(of: size).utf8)
      var seconds = Double.infinity
      for _ in 0..<9 { seconds = min(seconds, scan(body, rounds: max(1, 2_000_000 / size))) }
      print("{\"bytes\": \(body.count), \"scan_us\": \(seconds * 1e6)}")
    }
  }

  /// A chat of messages of 600 bytes, as clients send it.
  private static func body(of size: Int) -> String {
    let words = "The quick brown fox jumps over the lazy dog in 1984, and says \\\"well\\\".\\n"
    let text = String(repeating: words, count: 8)
    let message = "{\"role\": \"user\", \"content\": \"\(text)\"}"
    let count = max(1, size / (message.utf8.count + 2))
    let messages = Array(repeating: message, count: count).joined(separator: ", ")
    return "{\"messages\": [\(messages)], \"model\": \"m\", \"stream\": true}"
  }

  private static func scan(_ body: [UInt8], rounds: Int) -> Double {
    let key = SipHash(key: (1, 2))
    let start = processorSeconds()
    var blocks = 0
    for _ in 0..<rounds {
      do throws(JSONFault) {
        var scanner = PromptScanner(.chatCompletions, key: key)
        try scanner.take(body.span)
        var chain = TranscriptChain(key: key, model: "m", blockTokens: 16)
        for chunk in try scanner.finish().chunks { chain.append(chunk) }
        blocks += chain.blockHashes.count
      } catch {
        fatalError("\(error)")
      }
    }
    precondition(blocks > 0)
    return (processorSeconds() - start) / Double(rounds)
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
