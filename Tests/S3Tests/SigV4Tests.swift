import S3
import Testing

/// The requests that AWS publishes with their signatures.
@Suite("Signatures of version 4")
struct SigV4Tests {
  private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  /// Those of aws-sig-v4-test-suite.
  @Test(
    "The test suite's requests have its signatures",
    arguments: [
      (
        "GET", "/", [SigV4.Pair](),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
      ),
      ("POST", "/", [], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
      (
        "GET", "/", [.init("Param2", "value2"), .init("Param1", "value1")],
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
      ),
      (
        "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", [],
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
      ),
      ("GET", "/ሴ", [], "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    ]
  )
  func suite(method: String, path: String, query: [SigV4.Pair], signature: String) {
    let credentials = S3Credentials(
      keyID: "AKIDEXAMPLE",
      secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )
    let signer = SigV4(credentials, region: "us-east-1", service: "service")
    let request = SigV4.Request(
      method,
      SigV4.encoded(path, keepsSlashes: true),
      query: query,
      fields: [.init("x-amz-date", "20150830T123600Z"), .init("host", "example.amazonaws.com")],
      payload: Self.empty
    )
    #expect(
      signer.authorization(request, at: "20150830T123600Z")
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        + "SignedHeaders=host;x-amz-date, Signature=\(signature)"
    )
  }

  /// Those of the documentation of S3.
  @Test(
    "The requests of S3's documentation have its signatures",
    arguments: [
      (
        "GET", "/test.txt", [SigV4.Pair](), [SigV4.Pair("range", "bytes=0-9")], empty,
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
      ),
      (
        "PUT", "/test$file.text", [],
        [
          .init("date", "Fri, 24 May 2013 00:00:00 GMT"),
          .init("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ],
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
      ),
      (
        "GET", "/", [.init("lifecycle", "")], [], empty,
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
      ),
      (
        "GET", "/", [.init("prefix", "J"), .init("max-keys", "2")], [], empty,
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
      ),
    ]
  )
  func documentation(
    method: String,
    path: String,
    query: [SigV4.Pair],
    fields: [SigV4.Pair],
    payload: String,
    signature: String
  ) {
    let credentials = S3Credentials(
      keyID: "AKIAIOSFODNN7EXAMPLE",
      secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    )
    let request = SigV4.Request(
      method,
      SigV4.encoded(path, keepsSlashes: true),
      query: query,
      fields: fields + [
        .init("host", "examplebucket.s3.amazonaws.com"), .init("x-amz-content-sha256", payload),
        .init("x-amz-date", "20130524T000000Z"),
      ],
      payload: payload
    )
    let told = SigV4(credentials, region: "us-east-1").authorization(
      request,
      at: "20130524T000000Z"
    )
    #expect(told.hasSuffix("Signature=\(signature)"))
  }
}
