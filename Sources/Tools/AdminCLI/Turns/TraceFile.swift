import Basics
import FleetSpec
import Foundation
import Traces

/// A trace on disk, in Mooncake's format or in Azure's.
enum TraceFile {
  /// The largest file that is read, in bytes.
  static let bytesMax = 1 << 30

  /// Reads a trace, or makes one up where that is asked for: `synthetic:rate=2,duration=30m`.
  static func requests(_ text: String, seed: UInt64) throws(Failure) -> [TraceRequest] {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.first == "synthetic" else { return try read(text) }
    let made: SyntheticTrace
    do throws(SyntheticTraceError) {
      made = try SyntheticTrace(text: parts.count > 1 ? String(parts[1]) : "")
    } catch {
      throw Failure(.failed, "synthetic: \(error)")
    }
    let requests = made.requests(seed: seed)
    guard !requests.isEmpty else { throw Failure(.failed, "synthetic: there are no requests") }
    return requests
  }

  /// The size of the blocks in which the prompts of a trace are hashed, once for all replicas: it
  /// is a part of the trace's own.
  static func blockTokens(of specs: [ReplicaSpec]) throws(Failure) -> Int {
    let size = specs.first?.blockTokens ?? TraceReader.blockTokens
    for spec in specs
    where spec.blockTokens != size || TraceReader.blockTokens % spec.blockTokens != 0 {
      throw Failure(
        .failed,
        "\(spec.id) uses blocks of \(spec.blockTokens) tokens: all replicas must use one size, and "
          + "it must divide \(TraceReader.blockTokens), the size of the trace's blocks"
      )
    }
    return size
  }

  /// Reads a trace, or says what is wrong with it and where.
  static func read(_ path: String) throws(Failure) -> [TraceRequest] {
    let size = try? URL(fileURLWithPath: path).resourceValues(forKeys: [.fileSizeKey]).fileSize
    guard let size, let data = FileManager.default.contents(atPath: path) else {
      let isThere = FileManager.default.fileExists(atPath: path)
      throw Failure(
        .notFound,
        "\(path) \(isThere ? "can't be read" : "does not exist")"
      )
    }
    guard size <= bytesMax else {
      throw Failure(.failed, "\(path) has \(size) bytes; the limit is \(bytesMax)")
    }
    let (bytes, requests): ([UInt8], [TraceRequest])
    bytes = Array(data)
    do throws(TraceError) {
      requests =
        try AzureTraceReader.recognises(bytes)
        ? AzureTraceReader.read(bytes, file: path) : TraceReader.read(bytes, file: path)
    } catch {
      throw Failure(.failed, "\(error)")
    }
    guard !requests.isEmpty else { throw Failure(.failed, "\(path) has no requests") }
    return requests
  }
}
