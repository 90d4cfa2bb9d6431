import Basics
import HTTP
import HearthMessages
import Wire

/// What a client is told when its request is not answered, in the shape of the API that it speaks.
struct APIError: Error, Equatable {
  let status: Int
  /// What is wrong and what to do.
  let message: String
  /// The API's word for it.
  let code: String
  /// When to try again, in milliseconds of the wall's time; nil where that would not help.
  var retryAfterMs: Int64?
  /// The methods that a path takes; nil where the method is not what is wrong.
  var allows: String?
  /// What keeps the turn's place for a client that brings it; 0 for none.
  var retryToken: UInt64 = 0

  /// Where a client is given the token, and brings it.
  static let retryTokenField: StaticString = "x-hearth-retry-token"

  /// The kinds of errors that both APIs name.
  private var type: String {
    switch status {
    case 401: "authentication_error"
    case 403: "permission_error"
    case 404: "not_found_error"
    case 413: "request_too_large"
    case 429: "rate_limit_error"
    case 400..<499: "invalid_request_error"
    case 503: "overloaded_error"
    case 504: "timeout_error"
    default: "api_error"
    }
  }

  /// The body: OpenAI's shape, or Anthropic's.
  func body(isAnthropic: Bool) -> [UInt8] {
    let words = message.quoted()
    let text =
      isAnthropic
      ? #"{"type":"error","error":{"type":"\#(type)","message":\#(words)}}"#
      : #"{"error":{"message":\#(words),"type":"\#(type)","param":null,"code":"\#(code)"}}"#
    return Array(text.utf8)
  }

  /// Whether a client should come back by itself: OpenAI's does not wait for over two minutes.
  private var isWorthRetrying: Bool { retryAfterMs.map { $0 <= 120_000 } ?? false }

  /// The fields beside it.
  var fields: HTTPFields {
    var fields = HTTPFields()
    fields.append("content-type", "application/json")
    if let retryAfterMs {
      // Whole seconds for those who know no better, rounded up: none should come too early.
      fields.append("retry-after", "\((retryAfterMs + 999) / 1_000)")
      fields.append("retry-after-ms", "\(retryAfterMs)")
    }
    if retryToken != 0 { fields.append("\(Self.retryTokenField)", "\(retryToken)") }
    if let allows { fields.append("allow", allows) }
    if status == 401 { fields.append("www-authenticate", "Bearer") }
    if status >= 429 { fields.append("x-should-retry", isWorthRetrying ? "true" : "false") }
    return fields
  }

  /// A refusal of the control plane; for want of others that of an engine, which may say when it
  /// can be asked again.
  init(_ refusal: HearthV1.Refusal, timeScale: Double, engineSays: Int64?) {
    let wait = Double(refusal.retryAfterNs) / timeScale / 1e6
    retryAfterMs = refusal.retryAfterNs > 0 ? Int64(max(1, min(wait, 6e7))) : nil
    if refusal.reason == .allExcluded { retryAfterMs = engineSays ?? retryAfterMs }
    message = refusal.message
    retryToken = refusal.retryToken
    switch refusal.reason {
    case .noReplica: (status, code) = (404, "model_not_found")
    case .tooLong: (status, code) = (400, "context_length_exceeded")
    case .quota: (status, code) = (429, "rate_limit_exceeded")
    case .atCapacity: (status, code) = (429, "at_capacity")
    case .deadline: (status, code) = (504, "deadline")
    default: (status, code) = (503, "not_ready")
    }
  }

  /// A failure on the way, by its gRPC code; where it is an engine's, with what that says.
  init(code: Int, message: String, engineSays: Int64? = nil) {
    self.message = message
    switch code {
    case 3: (status, self.code) = (400, "invalid_request")
    case 8: (status, self.code) = (429, "at_capacity")
    case 14: (status, self.code) = (503, "unavailable")
    case 4: (status, self.code) = (504, "timeout")
    default: (status, self.code) = (502, "engine_failed")
    }
    retryAfterMs = code == 8 || code == 14 ? engineSays ?? 1_000 : nil
  }

  init(_ status: Int, _ code: String, _ message: String) {
    (self.status, self.code, self.message) = (status, code, message)
  }

  /// A path that takes only these methods.
  init(_ path: String, takes methods: String) {
    self.init(405, "method_not_allowed", "\(path) takes \(methods)")
    allows = methods
  }
}
