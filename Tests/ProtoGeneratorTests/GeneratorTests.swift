import ProtoGenerator
import Testing

/// The descriptor sets come from `protoc --descriptor_set_out=/dev/stdout NAME.proto | xxd -p`.
@Suite(.timeLimit(.minutes(5)))
struct GeneratorTests {
  @Test(arguments: [
    // message A { B b = 1; } message B { repeated A a = 1; }
    (
      """
      0a490a0a73656c662e70726f746f12017022170a014112120a016218012001280b32042e702e4252016222170a01 \
      4212120a016118012003280b32042e702e41520161620670726f746f33
      """, "p.A contains itself"
    ),
    // message A { optional int32 a = 1; }
    (
      """
      0a390a0e6f7074696f6e616c2e70726f746f120170221c0a014112110a0161180120012805480052016188010142 \
      040a025f61620670726f746f33
      """, "p.A.a: use a message or a oneof instead of optional"
    ),
    // message A { map<int32, int32> a = 1; }
    (
      """
      0a6c0a096d61702e70726f746f12017022540a014112190a016118012003280b320b2e702e412e41456e74727952 \
      01611a340a0641456e74727912100a036b657918012001280552036b657912140a0576616c756518022001280552 \
      0576616c75653a023801620670726f746f33
      """, "p.A: declare messages beside each other, and use no map"
    ),
    // syntax = "proto2"; message A { required int32 a = 1; }
    (
      "0a210a0974776f2e70726f746f12017022110a0141120c0a0161180120022805520161",
      "two.proto: write proto3 with a package"
    ),
    // enum E { option allow_alias = true; A = 0; B = 0; }
    (
      """
      0a2f0a0b616c6961732e70726f746f1201702a150a014512050a0141100012050a014210001a0210016206 \
      70726f746f33
      """, "p.E: two values have one number"
    ),
    // No package.
    (
      "0a1a0a0b6e6f706b672e70726f746f22030a0141620670726f746f33",
      "nopkg.proto: write proto3 with a package"
    ),
    ("0a7f", "the descriptor set is malformed"),
  ])
  func `what can't be decoded safely is refused`(descriptors: String, reason: String) {
    let error = #expect(throws: Refusal.self) {
      try Generator.generate(from: bytes(descriptors))
    }
    #expect(error?.description == reason)
  }

  @Test func `names follow Swift, protoc-c and the proto, each in its place`() throws {
    let text = try swift()
    for line in [
      "public enum S {",
      "public static let doIt =",
      "MethodDescriptor<GRPCPV1.M, GRPCPV1.M>(",
      "path: \"/grpc.p.v1.S/DoIt\",",
      "serverStreaming: true",
      "public enum E: ProtoEnum {",
      "case none",
      "case otherWord",
      "case gpuName(GRPCPV1.GPU)",
      "public var `class`: GRPCPV1.E",
      "public var `default`: Default?",
      "`class` = unsafe Field.number(c.pointee.class_)",
      "`default` = switch unsafe c.pointee.default_case.rawValue {",
      "unsafe grpc__p__v1__gpu__unpack(allocator, count, bytes)",
      "typealias Raw = Grpc__P__V1__GPU",
    ] {
      #expect(text.contains(line))
    }
  }

  @Test func `a comment becomes a summary and the rest, without what speaks to the generator`()
    throws
  {
    let text = try swift()
    #expect(text.contains("  /// First.\n  ///\n  /// Second third.\n  public struct M"))
    #expect(text.contains("  /// The message `grpc.p.v1.GPU`.\n  public struct GPU"))
    #expect(!text.contains("hearth: view"))
  }

  @Test func `only a message that asks for a view gets one`() throws {
    let text = try swift()
    #expect(text.ranges(of: "struct View: ~Copyable").count == 1)
  }

  @Test func `reflection gets every symbol and a descriptor without comments`() throws {
    let outputs = try Generator.generate(from: bytes(good))
    let text = try #require(outputs.first { $0.path == "descriptors.c" }).text
    for symbol in ["S", "S.DoIt", "M", "M.class", "M.default", "GPU", "E", "OTHER_WORD"] {
      #expect(text.contains("  \"grpc.p.v1.\(symbol)\",\n"))
    }
    let map = try #require(outputs.first { $0.path == "include/module.modulemap" }).text
    #expect(map.contains("header \"good.pb-c.h\""))
    let serves = "Serves.".utf8.map { "\($0)," }.joined()
    #expect(!text.contains(serves))
  }

  /// The values and the coding, which go to different modules.
  private func swift() throws -> String {
    let outputs = try Generator.generate(from: bytes(good)).filter { $0.language == .swift }
    let paths = ["HearthMessages/GRPCPV1+Good.swift", "HearthProto/GRPCPV1+GoodCoding.swift"]
    return try paths.map { path in
      try #require(outputs.first { $0.path == path }).text
    }.joined()
  }

  private func bytes(_ hex: String) throws -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue).map(UInt8.init)
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  // syntax = "proto3";
  // package grpc.p.v1;
  // // Serves.
  // service S { rpc DoIt(M) returns (stream M); }
  // // First. Second
  // // third.
  // // hearth: view
  // message M { E class = 1; oneof default { GPU gpu_name = 2; } }
  // message GPU {}
  // enum E { E_NONE = 0; OTHER_WORD = 3; }
  private let good = """
    0aa4050a0a676f6f642e70726f746f1209677270632e702e7631225f0a014d12220a05636c617373 \
    18012001280e320c2e677270632e702e76312e455205636c617373122b0a086770755f6e616d6518 \
    022001280b320e2e677270632e702e76312e475055480052076770754e616d6542090a0764656661 \
    756c7422050a034750552a1f0a0145120a0a06455f4e4f4e451000120e0a0a4f544845525f574f52 \
    44100332290a015312240a04446f4974120c2e677270632e702e76312e4d1a0c2e677270632e702e \
    76312e4d30014ace030a061204000013010a080a010c12030000120a080a010212030100120a150a \
    0206001204030005011a09205365727665732e0a0a0a0a0306000112030308090a0b0a0406000200 \
    12030402210a0c0a050600020001120304060a0a0c0a0506000200021203040b0c0a0c0a05060002 \
    0006120304171d0a0c0a0506000200031203041e1f0a310a020400120409000e011a252046697273 \
    742e205365636f6e640a2074686972642e0a206865617274683a20766965770a0a0a0a0304000112 \
    030908090a0b0a040400020012030a020e0a0c0a05040002000612030a02030a0c0a050400020001 \
    12030a04090a0c0a05040002000312030a0c0d0a0c0a040400080012040b020d030a0c0a05040008 \
    000112030b080f0a0b0a040400020112030c04150a0c0a05040002010612030c04070a0c0a050400 \
    02010112030c08100a0c0a05040002010312030c13140a090a02040112030f000e0a0a0a03040101 \
    12030f080b0a0a0a0205001204100013010a0a0a0305000112031005060a0b0a0405000200120311 \
    020d0a0c0a05050002000112031102080a0c0a0505000200021203110b0c0a0b0a04050002011203 \
    1202110a0c0a050500020101120312020c0a0c0a0505000201021203120f10620670726f746f33 
    """
}
