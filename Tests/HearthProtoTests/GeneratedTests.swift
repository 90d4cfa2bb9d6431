import HearthMessages
import HearthProto
import Testing

@Suite(.timeLimit(.minutes(5)))
struct GeneratedTests {
  @Test func `methods know their path and which side streams`() {
    let route = HearthV1.Router.route
    #expect("\(route.path)" == "/hearth.v1.Router/Route")
    #expect("\(HearthV1.Router.name)" == "hearth.v1.Router")
    #expect((route.clientStreaming, route.serverStreaming) == (false, false))
    let generate = HearthV1.Inference.generate
    #expect((generate.clientStreaming, generate.serverStreaming) == (false, true))
    let collect = HearthTestingV1.Echo.collect
    #expect((collect.clientStreaming, collect.serverStreaming) == (true, false))
    let attach = HearthV1.RegionAgent.attachNode
    #expect((attach.clientStreaming, attach.serverStreaming) == (true, true))
    #expect("\(GRPCHealthV1.Health.watch.path)" == "/grpc.health.v1.Health/Watch")
  }

  @Test func `the standard services have their standard numbers`() throws {
    // protoc --encode with the field numbers that grpcurl and grpcio send.
    #expect(try GRPCHealthV1.HealthCheckResponse(status: .notServing).encoded() == [8, 2])
    let request = GRPCReflectionV1.ServerReflectionRequest(messageRequest: .listServices(""))
    #expect(try request.encoded() == [0x3a, 0])
    let response = GRPCReflectionV1.ServerReflectionResponse(
      messageResponse: .fileDescriptorResponse(.init(fileDescriptorProto: [[1]]))
    )
    #expect(try response.encoded() == [0x22, 3, 0x0a, 1, 1])
  }

  @Test func `a view shows what decoding copies`() throws {
    let (value, bytes) = (RoundTripTests.value, RoundTripTests.golden)
    let checked = try Kinds.withView(bytes.span, arena: CallArena()) { view in
      #expect(view.int64 == value.int64)
      #expect(view.bool == true)
      #expect(view.colour == .deepBlue)
      #expect(view.withString { [$0.count, Int($0[1])] } == [7, 0xc3])
      #expect(view.withBytes { [$0.count, Int($0[1])] } == [2, 255])
      #expect(view.withFixed64s { ($0.count, $0[0], $0[1]) } == (2, 3, 4))
      #expect(view.boolsCount == 3)
      #expect((view.bools(at: 0), view.bools(at: 1)) == (true, false))
      #expect(view.colours(at: 0) == .red)
      #expect(view.withStrings(at: 0) { $0.count } == 0)
      #expect(view.withStrings(at: 1) { $0[0] } == UInt8(ascii: "x"))
      #expect(view.withByteStrings(at: 1) { $0[0] } == 1)
      return true
    }
    #expect(checked)
  }

  @Test func `a view hands out text as it came`() throws {
    let bytes = hex("72 03 6100ff")
    let count = try Kinds.withView(bytes.span, arena: CallArena()) { view in
      view.withString { $0.count }
    }
    #expect(count == 3)
    let malformed = hex("18")
    #expect(throws: ProtoError.self) {
      try Kinds.withView(malformed.span, arena: CallArena()) { _ in }
    }
  }

  @Test func `an element that does not exist is our bug`() async {
    await #expect(processExitsWith: .failure) {
      let bytes: [UInt8] = []
      _ = try? Kinds.withView(bytes.span, arena: CallArena()) { $0.bools(at: 0) }
    }
  }

  @Test func `the pool finds files by name and by symbol`() throws {
    let types = try #require(DescriptorPool.file(named: "hearth/v1/types.proto"))
    #expect(DescriptorPool.file(containing: "hearth.v1.Replica") == types)
    #expect(DescriptorPool.file(containing: "hearth.v1.Replica.gpu") == types)
    #expect(DescriptorPool.file(containing: "hearth.v1.Availability") == types)
    #expect(DescriptorPool.file(containing: "hearth.v1.AVAILABILITY_READY") == types)
    let routing = DescriptorPool.file(named: "hearth/v1/routing.proto")
    #expect(DescriptorPool.file(containing: "hearth.v1.Router.Route") == routing)
    #expect(routing != types)
    #expect(DescriptorPool.file(named: "types.proto") == nil)
    #expect(DescriptorPool.file(containing: "hearth.v1") == nil)
    // A FileDescriptorProto begins with its name.
    #expect(types.starts(with: [0x0a, 21] + "hearth/v1/types.proto".utf8))
  }

  @Test func `the pool lists services by full name`() {
    let services = DescriptorPool.services
    for name in ["hearth.v1.Router", "grpc.health.v1.Health", "hearth.testing.v1.Echo"] {
      #expect(services.contains(name))
    }
    for service in services {
      #expect(DescriptorPool.file(containing: service) != nil)
    }
  }
}
