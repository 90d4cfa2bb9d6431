import Accounting
import Basics
import Jobs
import Settings
import Traces

@testable import Wire
@testable import YAML

/// YAML, and the settings, fleets and jobs that are read from it.
func fuzzYAML(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  let text = reader.rest()
  switch choice % 3 {
  case 0:
    guard let node = try? YAMLReader.read(text) else { return }
    let written = node.text()
    var limits = YAMLReader.Limits()
    (limits.bytesMax, limits.scalarBytesMax) = (1 << 24, 1 << 22)
    guard let again = try? YAMLReader.read(Array(written.utf8), limits: limits) else {
      preconditionFailure("what was written can't be read")
    }
    precondition(again.text() == written, "what was written is read as another")
  case 1:
    let launch = SettingsLaunch(
      program: "fuzz",
      about: "reads.",
      version: "1",
      arguments: ["--config", "file"],
      variable: { _ in nil },
      file: { _ in text }
    )
    _ = ControlSettings.read(launch)
    _ = RegionSettings.read(launch)
    _ = NodeSettings.read(launch)
    _ = GatewaySettings.read(launch)
  default:
    _ = try? FleetFile.read(text, name: "file")
    _ = try? JobSpec.read(text, name: "file")
  }
}

/// Traces in each of the forms that are read.
func fuzzTraces(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  let text = reader.rest()
  let azure = Array("TIMESTAMP,ContextTokens,GeneratedTokens\n".utf8)
  let whole = choice % 2 == 0 ? text : azure + text
  guard let trace = try? TraceReader.read(whole, file: "file") else { return }
  for request in trace.requests { precondition(request.promptTokens > 0) }
}

/// What is in header fields: timeouts, messages, binary values.
func fuzzHeaders(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  let value = reader.rest()
  switch choice % 4 {
  case 0:
    guard let timeout = GRPCTimeout.parse(value.span) else { return }
    var text: [UInt8] = []
    GRPCTimeout.append(timeout, to: &text)
    precondition(GRPCTimeout.parse(text.span) != nil, "a timeout does not come back")
  case 1:
    let message = PercentEncoding.decode(value.span)
    var text: [UInt8] = []
    PercentEncoding.append(message, limit: 1 << 20, to: &text)
    precondition(PercentEncoding.decode(text.span) == message, "a message does not come back")
    PercentEncoding.append(message, limit: 7, to: &text)
  case 2:
    guard let binary = Base64.decode(value[...]) else { return }
    var text: [UInt8] = []
    Base64.append(binary.span, to: &text)
    precondition(Base64.decode(text[...]) == binary, "a binary value does not come back")
  default:
    var (head, metadata, fields) = (GRPCHead(), Metadata(), Reader(value))
    head.begin(bytesMax: 2_000)
    while !fields.isAtEnd {
      let name = fields.take(Int(fields.byte() % 32))
      let value = fields.take(Int(fields.byte()))
      name.withUnsafeBufferPointer { name in
        value.withUnsafeBufferPointer { head.add(name, $0, to: &metadata) }
      }
    }
    _ = (head.refusal, head.failure(isEnd: true), head.trailingStatus)
  }
}

/// Tables of systems, and descriptions of training runs.
func fuzzCompute(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  let text = reader.rest()
  if choice % 2 == 0 {
    guard let table = try? SystemTable(text, file: "file") else { return }
    precondition(table.systems.allSatisfy { $0.value > 0 && $0.value.isFinite })
    let fit = DoublingFit(table.systems.map(\.point))
    precondition(fit.map { $0.slope.isFinite } ?? false, "a table that is read can be fitted")
    _ = Eras.bestBreak(table.systems.map(\.point))
  } else if let description = try? ComputeDescription.read(text, name: "file") {
    let estimate = description.estimate
    precondition(estimate.counted != nil || estimate.gpuTime != nil, "nothing is estimated")
  }
}
