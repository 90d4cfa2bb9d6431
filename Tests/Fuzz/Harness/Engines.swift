import Basics
import Transcripts

/// What engines say beside answers, and what is changed for them: metrics however they are cut,
/// lists of models, names of models in bodies.
func fuzzEngines(_ bytes: [UInt8]) {
  var reader = Reader(bytes)
  let choice = reader.byte()
  let size = 1 + Int(reader.byte() % 64)
  let text = reader.rest()
  switch choice % 3 {
  case 0: precondition(figures(text, size) == figures(text, max(1, text.count)))
  case 1:
    var list = ModelListReader()
    let found = list.models(in: text.span)?.models ?? []
    precondition(found.count <= 1_024 && found.allSatisfy { !$0.id.isEmpty })
  default:
    let once = ModelRewriter.rewrite(text, model: "new")
    precondition(ModelRewriter.rewrite(once, model: "new") == once, "another name is left")
  }
}

private func figures(_ text: [UInt8], _ size: Int) -> EngineFigures? {
  var reader = MetricsReader()
  do throws(MetricsFault) {
    for start in stride(from: 0, to: text.count, by: size) {
      try reader.take(text.span.extracting(start..<min(text.count, start + size)))
    }
    return try reader.finish()
  } catch {
    return nil
  }
}
