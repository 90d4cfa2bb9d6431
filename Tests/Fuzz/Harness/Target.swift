import Glibc

/// What may be fuzzed: bytes that come from sockets and files, each to what makes sense of them.
private let targets: [String: @Sendable ([UInt8]) -> Void] = [
  "checkpoints": { fuzzCheckpoints($0) }, "compute": { fuzzCompute($0) },
  "engines": { fuzzEngines($0) }, "frames": { fuzzFrames($0) },
  "headers": { fuzzHeaders($0) }, "http": { fuzzHTTP($0) }, "kvEvents": { fuzzKVEvents($0) },
  "messages": { fuzzMessages($0) }, "records": { fuzzRecords($0) }, "traces": { fuzzTraces($0) },
  "yaml": { fuzzYAML($0) },
]

/// The one that `HEARTH_FUZZ` names.
private let target: @Sendable ([UInt8]) -> Void = {
  guard let name = getenv("HEARTH_FUZZ").map({ String(cString: $0) }), let target = targets[name]
  else {
    print("HEARTH_FUZZ must be one of \(targets.keys.sorted().joined(separator: ", "))")
    exit(2)
  }
  return target
}()

/// Gives one input to the target; by the name by which libFuzzer's own `main` knows it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
