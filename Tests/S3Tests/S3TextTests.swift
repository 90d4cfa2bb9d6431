import Basics
import Foundation
import TestSupport
import Testing

@testable import S3

@Suite("What stores and operators write")
struct S3TextTests {
  private func read(_ text: String) throws -> S3XML { try S3XML.read(Array(text.utf8)) }

  @Test("A listing is read, with references and without attributes")
  func listing() throws {
    let root = try read(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><!-- <a> -->
        <Contents><Key>a&amp;b&#x2f;&lt;&#99;</Key><Size>7</Size><Owner/></Contents>
        <IsTruncated>false</IsTruncated></ListBucketResult>

      """
    )
    #expect(root.name == "ListBucketResult")
    #expect(root["Contents"]?["Key"]?.text == "a&b/<c")
    #expect(root["Contents"]?["Owner"]?.text == "")
    #expect(root["IsTruncated"]?.text == "false")
  }

  @Test(
    "What is no such XML is refused",
    arguments: [
      "", "text", "<a>", "<a></b>", "<a/><b/>", "<>", "<a", "<a>&evil;</a>", "<a>&#x110000;</a>",
      "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><![CDATA[x]]></a>", "<a></a", "<a>&</a>",
      "<a><!-- </a>", String(repeating: "<a>", count: 9) + String(repeating: "</a>", count: 9),
    ]
  )
  func malformed(_ text: String) {
    #expect(throws: S3Fault.self) { try read(text) }
  }

  @Test("An answer of too many bytes or elements is refused")
  func large() {
    for (part, count) in [("<b/>", 20_000), ("    ", 1 << 20)] {
      let text = Array("<a>\(String(repeating: part, count: count))</a>".utf8)
      #expect(throws: S3Fault.self) { try S3XML.read(text) }
    }
  }

  @Test("A refusal is told with its code, its remedy and nothing that was signed")
  func refusals() {
    let body = Array(
      """
      <Error><Code>SignatureDoesNotMatch</Code><Message>They differ</Message>
      <StringToSign>AWS4 secret things</StringToSign></Error>
      """.utf8
    )
    let fault = S3Fault.of(403, body, "write s3://b/k")
    #expect(fault?.kind == .refused)
    #expect(
      fault?.description == "can't write s3://b/k: the store answered 403 "
        + "\"SignatureDoesNotMatch\": \"They differ\"; check the access key and its secret"
    )
    #expect(S3Fault.of(503, Array("<a".utf8), "x")?.kind == .away)
    #expect(S3Fault.of(404, [], "x")?.kind == .missing)
    #expect(S3Fault.of(412, [], "x")?.kind == .taken)
    #expect(S3Fault.of(200, [], "x") == nil)
    // Late failures of long requests.
    #expect(S3Fault.of(200, Array("<Error><Code>InternalError</Code></Error>".utf8), "x") != nil)
  }

  @Test("Keys come from the environment, or from a file that others can't read")
  func credentials() throws {
    let found = try S3Credentials {
      ["AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "sec"][$0]
    }
    #expect(found.keyID == "AK" && found.secret == "sec" && found.token == nil)
    var dumped = ""
    dump(found, to: &dumped)
    for text in ["\(found)", String(reflecting: found), dumped] {
      #expect(text.contains("AK") && !text.contains("sec"))
    }
    #expect(throws: S3Fault.self) { try S3Credentials { _ in nil } }
    #expect(throws: S3Fault.self) { try S3Credentials { _ in "a\r\nb" } }

    let folder = try TemporaryFolder()
    let path = try folder.write(
      """
      [other]
      aws_access_key_id = no
      [default]
      aws_access_key_id = AK
      aws_secret_access_key=sec=
      """,
      as: "keys"
    )
    let error = #expect(throws: S3Fault.self) { try S3Credentials(file: path) }
    #expect(error?.description.contains("others may read the keys in \(path): chmod 600") == true)
    chmod(path, 0o600)
    let read = try S3Credentials(file: path)
    #expect(read.keyID == "AK" && read.secret == "sec=")
    #expect(throws: S3Fault.self) { try S3Credentials(file: folder.path("no")) }
    #expect(throws: S3Fault.self) { try S3Credentials(file: folder.url.path) }
  }

  @Test("Endpoints, regions and buckets that can't be are refused")
  func addresses() throws {
    func address(_ endpoint: String, _ region: String = "eu", _ bucket: String = "abc") throws
      -> S3Address
    { try S3Address(endpoint: endpoint, region: region, bucket: bucket) }
    let plain = try address("http://10.0.0.7:8333/")
    #expect(plain.host == "10.0.0.7:8333" && plain.authority == plain.host && !plain.isSecure)
    let secure = try address("https://s3.eu-west-1.amazonaws.com")
    #expect(secure.host == "s3.eu-west-1.amazonaws.com:443" && secure.isSecure)
    #expect("\(secure)" == "s3://abc at s3.eu-west-1.amazonaws.com")
    for endpoint in ["", "s3.x", "ftp://x", "https://", "http://a/b", "http://u@a", "http://a b"] {
      #expect(throws: S3Fault.self) { try address(endpoint) }
    }
    for (region, bucket) in [
      ("", "abc"), ("eu/x", "abc"), ("eu", "ab"), ("eu", "a/b"), ("eu", "A.."),
    ] {
      #expect(throws: S3Fault.self) { try address("http://a", region, bucket) }
    }
  }

  @Test("Times are written as signatures have them")
  func times() {
    #expect(S3Client.date(1_440_938_160) == "20150830T123600Z")
    #expect(S3Client.date(951_827_696) == "20000229T123456Z")
  }
}
