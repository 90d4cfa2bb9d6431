import Foundation
import Testing

/// Status, fields in lower case, and body of what a server says to curl.
func curl(
  _ address: String,
  _ path: String,
  _ arguments: [String] = []
) async throws -> (status: Int, fields: String, body: String) {
  let curl = try TestProcess(
    "/usr/bin/env",
    ["curl", "-sSi", "--max-time", "20"] + arguments + ["http://\(address)\(path)"]
  )
  #expect(try await curl.end() == 0, "\(curl.errors)")
  let text = curl.output.replacing("\r\n", with: "\n")
  let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
  let head = try #require(parts.first)
  let words = head.split(separator: " ")
  let status = try #require(words.count > 1 ? Int(words[1]) : nil, "\(head)")
  return (status, head.lowercased(), parts.count > 1 ? String(parts[1]) : "")
}
