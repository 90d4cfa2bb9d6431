import Basics
import HearthMessages
import HearthProto

/// Every message that a peer may send: what can be decoded can be encoded, and comes back the same.
func fuzzMessages(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = Int(reader.byte())
  kinds[choice % kinds.count](reader.rest())
}

private let kinds: [@Sendable ([UInt8]) -> Void] = [
  { check(HearthV1.RouteRequest.self, $0) }, { check(HearthV1.RouteResponse.self, $0) },
  { check(HearthV1.NodeMessage.self, $0) }, { check(HearthV1.NodeCommand.self, $0) },
  { check(HearthV1.RegionMessage.self, $0) }, { check(HearthV1.RegionCommand.self, $0) },
  { check(HearthV1.GenerateRequest.self, $0) }, { check(HearthV1.GenerateResponse.self, $0) },
  { check(HearthV1.FleetStatus.self, $0) }, { check(HearthV1.DecisionList.self, $0) },
  { check(HearthV1.CapacityReport.self, $0) }, { check(HearthV1.ListQueueResponse.self, $0) },
  { check(HearthV1.ListNodesResponse.self, $0) }, { check(HearthV1.ListReplicasResponse.self, $0) },
  { check(HearthV1.ListRegionsResponse.self, $0) },
  { check(HearthV1.SetNodeAvailabilityRequest.self, $0) },
  { check(GRPCReflectionV1.ServerReflectionRequest.self, $0) },
  { check(GRPCReflectionV1.ServerReflectionResponse.self, $0) },
  { check(GRPCHealthV1.HealthCheckRequest.self, $0) }, { check(HearthTestingV1.Kinds.self, $0) },
]

private func check<Message: ProtoMessage>(_ type: Message.Type, _ bytes: [UInt8]) {
  _ = try? decoded(type, bytes, CallArena(limits: WireLimits(arenaBytesMax: 4_096)))
  guard let message = try? decoded(type, bytes, CallArena()) else { return }
  let first = encoded(message)
  guard let again = try? decoded(type, first, CallArena()) else {
    preconditionFailure("\(type) does not come back")
  }
  precondition(encoded(again) == first, "\(type) comes back as another")
}

private func decoded<Message: ProtoMessage>(
  _ type: Message.Type,
  _ bytes: [UInt8],
  _ arena: CallArena
) throws(ProtoError) -> Message {
  defer { arena.reset() }
  return try Message(decoding: bytes.span, arena: arena)
}

private func encoded<Message: ProtoMessage>(_ message: Message) -> [UInt8] {
  let arena = CallArena()
  defer { arena.reset() }
  var bytes = Bytes()
  do throws(ProtoError) {
    try message.encode(into: &bytes, arena: arena)
  } catch {
    preconditionFailure("\(Message.self) was decoded and can't be encoded: \(error)")
  }
  return bytes.array()
}
