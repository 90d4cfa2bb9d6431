import CFuzzer
import Glibc

/// What may be fuzzed: bytes that come from sockets and files, each to what makes sense of them.
let targets: [String: ([UInt8]) -> Void] = [
  "frames": fuzzFrames, "headers": fuzzHeaders, "messages": fuzzMessages, "traces": fuzzTraces,
  "yaml": fuzzYAML,
]

/// The one that the environment names; libFuzzer has all arguments.
nonisolated(unsafe) var target: ([UInt8]) -> Void = { _ in }

guard let name = getenv("HEARTH_FUZZ").map({ String(cString: $0) }), let chosen = targets[name]
else {
  print("HEARTH_FUZZ must be one of \(targets.keys.sorted().joined(separator: ", "))")
  exit(2)
}
target = chosen
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
  LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
    target(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  }
)
