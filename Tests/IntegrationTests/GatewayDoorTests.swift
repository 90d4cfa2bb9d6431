import Foundation
import TestSupport
import Testing

/// Who is let in to a gateway, over which HTTP, and how others are turned away.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct GatewayDoorTests {
  /// What curl was told: the status, the head's lines and the body.
  private struct Heard {
    let status: String
    let head: String
    let body: String
  }

  private func curl(_ arguments: [String]) async throws -> Heard {
    let mark = "\n--\n%{http_code} %{http_version}"
    let process = try TestProcess(
      "/usr/bin/env",
      ["curl", "-sS", "-i", "--max-time", "60", "-w", mark] + arguments
    )
    #expect(try await process.end(within: .seconds(80)) == 0, "\(process.errors)")
    let parts = process.output.components(separatedBy: "\n--\n")
    let message = parts[0].components(separatedBy: "\r\n\r\n")
    return Heard(status: parts.last ?? "", head: message[0].lowercased(), body: message.last ?? "")
  }

  private func chat(_ more: String = "") -> String {
    #"{"model":"llama-3.1-8b","max_tokens":3,"messages":[{"role":"user","content":"hi"}]\#(more)}"#
  }

  @Test func `clients over TLS and not are served by HTTP/1 and 2, and show their keys`()
    async throws
  {
    let folder = try TemporaryFolder()
    let made = try TestProcess("hearth", ["key", "new", "--tenant", "acme/a", "--name", "ci"])
    #expect(try await made.end() == 0)
    let key = try #require(made.errors.first?.components(separatedBy: ": ").last)
    let keys = folder.path("keys")
    try "# clients\n\(made.output)".write(toFile: keys, atomically: true, encoding: .utf8)
    let certificates = try Certificates(["gateway": "IP:127.0.0.1"])
    let fleet = try await TestFleet.standard()
    let gateway = try await fleet.gateway(
      in: "a",
      [
        "--api-keys", keys, "--https-certificate", certificates.path("gateway.pem"),
        "--https-key", certificates.path("gateway.key"),
      ]
    )
    let url = "https://\(gateway.address)/v1"
    let root = ["--cacert", certificates.path("root.pem")]
    let bearer = ["-H", "Authorization: Bearer \(key)"]
    for (flag, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
      let answer = try await curl(
        root + bearer + [
          flag, "-H", "x-hearth-explain: 1", "-d", chat(), "\(url)/chat/completions",
        ]
      )
      #expect(answer.status == "200 \(version)", "\(answer)")
      #expect(answer.body.contains(#""completion_tokens":3"#))
      #expect(answer.head.contains("\r\nx-hearth-cached-tokens: "))
      #expect(answer.head.contains("\r\nx-hearth-decision: req_"))
      let stream = try await curl(
        root + ["-H", "x-api-key: \(key)", flag, "-N", "-d", chat(#","stream":true"#)]
          + ["-H", "x-hearth-explain: 1", "\(url)/chat/completions"]
      )
      #expect(
        stream.status == "200 \(version)" && stream.body.contains("data: [DONE]"),
        "\(stream)"
      )
      #expect(stream.body.contains(" cached_tokens="))
    }
    let old = try await curl(root + bearer + ["--tls-max", "1.2", "--http2", "\(url)/models"])
    #expect(old.status == "200 2" && old.body.contains("llama-3.1-8b"))
    let plain = try await curl(["http://\(gateway.address)/v1/models"])
    #expect(plain.status == "400 1.1" && plain.body.contains("use https://"))
    for (fields, code) in [([], "missing"), (["-H", "x-api-key: hk-1"], "invalid")] {
      let refused = try await curl(root + fields + ["\(url)/models"])
      #expect(refused.status == "401 2" && refused.body.contains("\(code)_api_key"), "\(refused)")
      #expect(refused.head.contains("www-authenticate: bearer"))
    }
    let anthropic = try await curl(root + ["-d", chat(), "\(url)/messages"])
    #expect(anthropic.body.hasPrefix(#"{"type":"error","error":{"type":"authentication_error""#))
    #expect(try await curl(root + ["https://\(gateway.address)/health"]).status == "200 2")
    // One line for each request, with whose it was.
    _ = try await gateway.process.line(with: #""tenant":"acme/a""#)
    _ = try await gateway.process.line(with: #""status":"401""#)

    // A file with a bad line changes nothing; a good one takes the key away.
    try "name=x tenant=y sha256=z".write(toFile: keys, atomically: true, encoding: .utf8)
    gateway.process.signal(SIGHUP)
    _ = try await gateway.process.line(with: "keys:1: sha256 must be 64 hexadecimal digits")
    #expect(try await curl(root + bearer + ["\(url)/models"]).status == "200 2")
    try "".write(toFile: keys, atomically: true, encoding: .utf8)
    gateway.process.signal(SIGHUP)
    _ = try await gateway.process.line(with: "API keys were read again")
    #expect(try await curl(root + bearer + ["\(url)/models"]).status == "401 2")
    gateway.process.signal(SIGTERM)
    #expect(try await gateway.process.end() == 0)
  }

  @Test func `what can't be served is refused with the right status`() async throws {
    let fleet = try await TestFleet.standard()
    let gateway = try await fleet.gateway(in: "a")
    let url = "http://\(gateway.address)/v1/chat/completions"
    let refused: [(String, [String])] = [
      ("404", ["-d", chat(), "http://\(gateway.address)/v2"]), ("405", [url]),
      ("411", ["-X", "POST", url]),
      ("415", ["-H", "content-encoding: gzip", "-d", chat(), url]),
      ("415", ["-F", "model=a", url]), ("400", ["-d", "{", url]),
      ("400", ["-d", #"{"model":"llama-3.1-8b","messages":"hi"}"#, url]),
      ("400", ["-d", chat(), "-H", "content-length: 1", url]),
      ("413", ["-H", "expect:", "-d", "@" + "/bin/bash", "-H", "content-length: 9000000", url]),
      ("431", ["-H", "big: " + String(repeating: "a", count: 40_000), url]),
    ]
    for (status, arguments) in refused {
      for version in ["--http1.1", "--http2-prior-knowledge"] {
        if arguments.contains(where: { $0.hasPrefix("content-length") }), version != "--http1.1" {
          continue
        }
        let heard = try await curl([version] + arguments)
        #expect(heard.status.hasPrefix(status + " "), "\(arguments.last ?? ""): \(heard)")
        #expect(heard.body.contains(#""error":{"#), "\(heard)")
      }
    }
    let file = try TemporaryFile(chat().replacing("hi", with: "h\u{1}"), name: "body")
    try Data(chat().utf8.map { $0 == UInt8(ascii: "h") ? 0xff : $0 })
      .write(to: URL(fileURLWithPath: file.path))
    let garbled = try await curl(["--data-binary", "@\(file.path)", url])
    #expect(garbled.status.hasPrefix("400 ") && garbled.body.contains("is not UTF-8"), "\(garbled)")
    for key in ["user", "prompt_cache_key"] {
      let odd = try await curl(["-d", chat(#","\#(key)":"a\u0000b""#), url])
      #expect(odd.status.hasPrefix("200 "), "\(key): \(odd)")
    }
    let nameless = try await curl(["-d", chat().replacing("llama", with: #"\u0000"#), url])
    #expect(nameless.status.hasPrefix("400 ") && nameless.body.contains("missing_model"))
    let escaped = try await curl(["http://\(gateway.address)/v1/models/llama%2D3%2e1-8b"])
    #expect(escaped.body.hasPrefix(#"{"id":"llama-3.1-8b","#), "\(escaped)")
    let messages = "http://\(gateway.address)/v1/messages"
    let long = [
      "-H", "expect:", "-d", "a", "-H", "content-length: 9000000", "--http1.1", messages,
    ]
    let tooLong = try await curl(long)
    #expect(tooLong.body.hasPrefix(#"{"type":"error","error":{"type":"request_too_large""#))
    #expect(try await curl([messages]).head.contains("allow: post"))
    gateway.process.signal(SIGTERM)
    #expect(try await gateway.process.end() == 0)
  }

  @Test func `a client is told that a stream goes on, also in the middle of an answer`()
    async throws
  {
    let fleet = try await TestFleet.standard()
    let gateway = try await fleet.gateway(in: "a", ["--keep-alive", "1ms"])
    let url = "http://\(gateway.address)/v1/chat/completions"
    let body = chat(#","stream":true"#).replacing(#""max_tokens":3"#, with: #""max_tokens":300"#)
    let heard = try await curl(["-N", "-d", body, url])
    let first = try #require(heard.body.firstRange(of: #""content":""#), "\(heard)")
    #expect(heard.body[first.upperBound...].contains(": keep-alive\n\n"), "\(heard)")
    #expect(heard.body.hasSuffix("data: [DONE]\n\n"))
    gateway.process.signal(SIGTERM)
    #expect(try await gateway.process.end() == 0)
  }

  @Test func `who asks a fleet that begins is told soon, and meanwhile that it waits`() async throws
  {
    let fleet = try await TestFleet(timeScale: 1)
    let gateway = try await fleet.gateway(in: "a", ["--keep-alive", "50ms"])
    let url = "http://\(gateway.address)/v1/chat/completions"
    async let stream = curl(["-N", "-d", chat(#","stream":true"#), url])
    async let whole = curl(["-d", chat(), url])
    let (streamed, refused) = try await (stream, whole)
    #expect(streamed.status == "200 1.1" && streamed.body.contains(": keep-alive\n"), "\(streamed)")
    #expect(streamed.body.contains("data: {\"error\":{") && streamed.body.contains("not_ready"))
    #expect(refused.status == "503 1.1" && refused.head.contains("x-should-retry: true"))
    #expect(refused.head.contains("retry-after-ms: "), "\(refused)")
    gateway.process.signal(SIGTERM)
    #expect(try await gateway.process.end() == 0)
  }
}
