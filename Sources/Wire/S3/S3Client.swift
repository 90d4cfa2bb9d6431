import Basics
import EventLoop
import Glibc
import HTTP
import Wire

/// Asks a store that speaks S3's protocol, and waits for each answer; it belongs to the thread that
/// made it, which it blocks.
///
/// Every request is signed with the digest of its body, so that the store refuses what was changed
/// on the way. Requests that found the store away or busy are made again twice.
public final class S3Client {
  /// Where the bucket is.
  public let address: S3Address
  /// How many objects a page of a listing has at most.
  var pageMax = 1_000
  private let signer: SigV4
  private let loop: Loop
  private let client: HTTPClient

  /// The most bytes of an object, 5 TiB.
  public static let objectBytesMax = 5 << 40
  /// The most bytes of an object that is sent at once; larger ones go in parts of at least as many.
  public static let partBytesMin = 16 << 20
  static let partsMax = 10_000
  private static let keyBytesMax = 1024
  private static let attempts = 3

  /// Makes a client, which has not asked anything yet.
  ///
  /// - Parameters:
  ///   - address: where the bucket is.
  ///   - credentials: who asks.
  ///   - trustRootsPath: what an HTTPS endpoint's certificate must come from; nil for the system's.
  /// - Throws: why the store can't be asked: what it says itself comes later.
  public init(
    _ address: S3Address,
    _ credentials: S3Credentials,
    trustRootsPath: String? = nil
  ) throws(S3Fault) {
    self.address = address
    signer = SigV4(credentials, region: address.region)
    do {
      loop = try Loop()
      var settings = TLSSettings(trustRootsPath: trustRootsPath, protocols: [.http1])
      settings.oldestVersion = .tls12
      let tls = address.isSecure ? try TLSContext(role: .client, settings: settings) : nil
      client = try HTTPClient(to: address.host, loop: loop, tls: tls)
    } catch {
      throw S3Fault(.invalid, "can't ask \(address): \(error)")
    }
  }

  /// One request of the protocol.
  struct Request {
    var method: StaticString
    var key = ""
    var query: [SigV4.Pair] = []
    var fields: [SigV4.Pair] = []
    var body: [UInt8] = []
    /// What it is for, for people: `write`.
    var verb: String
    /// The most bytes of an answer that went well.
    var answerBytesMax = S3XML.bytesMax
  }

  /// What came back.
  struct Answer {
    var fields: HTTPFields
    var body: [UInt8]
  }

  /// Makes a request and gives its answer, a good one.
  func ask(_ request: Request) throws(S3Fault) -> Answer {
    var body: [UInt8] = []
    let fields = try attempt(request) {
      body = []
    } take: { (bytes) throws(S3Fault) in
      body.append(copying: bytes)
    }
    if let fault = S3Fault.of(200, body.first == 0x3C ? body : [], what(request)) { throw fault }
    return Answer(fields: fields, body: body)
  }

  /// Makes a request, again where the store was away; `reset` is called before each attempt, and
  /// `take` with the parts of the answer's body.
  func attempt(
    _ request: Request,
    reset: () throws(S3Fault) -> Void,
    take: (Span<UInt8>) throws(S3Fault) -> Void
  ) throws(S3Fault) -> HTTPFields {
    guard request.key.utf8.count <= Self.keyBytesMax else {
      throw S3Fault(.invalid, "can't \(what(request)): the key is longer than 1024 bytes")
    }
    var tried = 1
    while true {
      try reset()
      do throws(S3Fault) {
        return try once(request, take)
      } catch {
        guard error.kind == .away, tried < Self.attempts else { throw error }
        _ = loop.run(until: { false }, within: .milliseconds(200 * tried))
        tried += 1
      }
    }
  }

  func what(_ request: Request) -> String {
    let key = request.key.isEmpty ? "" : "/\(request.key)"
    return "\(request.verb) s3://\(address.bucket)\(key) at \(address.authority)"
  }

  private func once(
    _ request: Request,
    _ take: (Span<UInt8>) throws(S3Fault) -> Void
  ) throws(S3Fault) -> HTTPFields {
    let what = what(request)
    return try withoutActuallyEscaping(take) { (take) throws(S3Fault) in
      let heard = Heard(what, bytesMax: request.answerBytesMax, take)
      let call = send(request)
      call.onHead = { heard.head = $0 }
      call.onBody = { heard.take($0) }
      call.onEnd = { (heard.fault, heard.isOver) = ($0, true) }
      // What is sent has time for 256 KiB a second; then it goes on while bytes come.
      var limit = Duration.seconds(30 + request.body.count >> 18)
      var before = -1
      while !heard.isOver, heard.bytes != before {
        before = heard.bytes
        _ = loop.run(until: { heard.isOver }, within: limit)
        limit = .seconds(30)
      }
      // Nothing is heard any more, not even of one that is not over.
      (call.onHead, call.onBody, call.onEnd) = (nil, nil, nil)
      call.cancel()
      return try heard.fields()
    }
  }

  private func send(_ request: Request) -> HTTPCall {
    let time = Self.date(time(nil))
    let signed = signed(request, at: time)
    var fields = HTTPFields()
    for field in signed.fields { fields.append(field.name, field.value) }
    fields.append("authorization", signer.authorization(signed, at: time))
    let query = signed.queryText
    let target = query.isEmpty ? signed.path : "\(signed.path)?\(query)"
    return client.send(request.method, target, fields, body: request.body)
  }

  private func signed(_ request: Request, at time: String) -> SigV4.Request {
    let payload = SHA256.digest(of: request.body.span).hexadecimal
    var fields: [SigV4.Pair] = [
      .init("host", address.authority), .init("x-amz-content-sha256", payload),
      .init("x-amz-date", time),
    ]
    if let token = signer.credentials.token { fields.append(.init("x-amz-security-token", token)) }
    return SigV4.Request(
      request.method.description,
      SigV4.encoded(
        "/\(address.bucket)" + (request.key.isEmpty ? "" : "/\(request.key)"),
        keepsSlashes: true
      ),
      query: request.query,
      fields: fields + request.fields,
      payload: payload
    )
  }

  /// Seconds since 1970 as signatures have them: `20150830T123600Z`.
  static func date(_ seconds: Int) -> String {
    var (seconds, parts) = (time_t(seconds), unsafe tm())
    unsafe gmtime_r(&seconds, &parts)
    let day = unsafe [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
    let hour = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec]
    return day.map { $0.digits(2) }.joined() + "T" + hour.map { $0.digits(2) }.joined() + "Z"
  }
}

/// What was heard of one attempt.
private final class Heard {
  var head: HTTPResponseHead?
  var fault: HTTPFault?
  var isOver = false
  private(set) var bytes = 0
  private let what: String
  private let bytesMax: Int
  private let taker: (Span<UInt8>) throws(S3Fault) -> Void
  private var refusal: [UInt8] = []
  private var own: S3Fault?

  init(_ what: String, bytesMax: Int, _ taker: @escaping (Span<UInt8>) throws(S3Fault) -> Void) {
    (self.what, self.bytesMax, self.taker) = (what, bytesMax, taker)
  }

  func take(_ piece: Span<UInt8>) {
    bytes += piece.count
    guard own == nil else { return }
    guard (head?.status ?? 500) < 300 else {
      if refusal.count <= 64 << 10 { refusal.append(copying: piece) }
      return
    }
    do throws(S3Fault) {
      guard bytes <= bytesMax else {
        throw S3Fault(.invalid, "can't \(what): more than \(bytesMax) bytes came")
      }
      try taker(piece)
    } catch {
      (own, isOver) = (error, true)
    }
  }

  /// The fields of the answer, where that is whole and a good one.
  func fields() throws(S3Fault) -> HTTPFields {
    if let own { throw own }
    guard isOver, fault == nil, let head else {
      throw S3Fault(
        .away,
        "can't \(what): \(fault?.reason ?? "no answer for a while"); check the endpoint and the "
          + "network; it will be tried again"
      )
    }
    if let fault = S3Fault.of(head.status, refusal, what) { throw fault }
    return head.fields
  }
}
