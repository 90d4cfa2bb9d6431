import Foundation
import Simulation

/// A trace on disk, in Mooncake's format or in Azure's.
enum TraceFile {
  /// The largest file that is read, in bytes.
  static let bytesMax = 1 << 30

  /// Reads a trace, or says what is wrong with it and where.
  static func read(_ path: String) throws(Failure) -> [TraceRequest] {
    let size = try? URL(fileURLWithPath: path).resourceValues(forKeys: [.fileSizeKey]).fileSize
    guard let size, let data = FileManager.default.contents(atPath: path) else {
      let isThere = FileManager.default.fileExists(atPath: path)
      throw Failure(
        .notFound,
        "\(path) \(isThere ? "is no file that can be read" : "does not exist")"
      )
    }
    guard size <= bytesMax else {
      throw Failure(.failed, "\(path) has \(size) bytes; \(bytesMax) are read at most")
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
