import Accounting
import Basics
import Foundation

/// A trend as a picture (SVG 1.1) that stands alone: systems over time on a logarithmic scale, the
/// line of each era, and Moore's law beside them.
struct TrendChart {
  let trend: ComputeTrend

  private static let width = 860.0
  private static let frame = Box(x: 70, y: 44, width: 770, height: 400)
  /// Colours that colour-blind people tell apart (Okabe and Ito, "Color universal design", 2008).
  private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
  private static let mooreColour = "#777"
  /// More labels than these can't be read; then only systems that beat all before them have one.
  private static let labelsMax = 30
  private static let labelLettersMax = 32

  private var systems: [TrainedSystem] { trend.table.systems }

  /// The picture.
  var svg: String {
    let axes = TrendAxes(systems, frame: Self.frame)
    let height = Self.frame.y + Self.frame.height + 52 + 17 * Double(trend.eras.count + 1)
    let title = "Compute of training runs"
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width.tenths) \
      \(height.tenths)" font-family="sans-serif" font-size="12" role="img">
      <title>\(title)</title>
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(Self.frame.x.tenths)" y="26" font-size="15">\(title)</text>
      <clipPath id="frame"><rect x="\(Self.frame.x.tenths)" y="\(Self.frame.y.tenths)" \
      width="\(Self.frame.width.tenths)" height="\(Self.frame.height.tenths)"/></clipPath>\n
      """
    text += axes.svg(yTitle: Self.text(trend.table.quantity))
    let lines = lines(on: axes)
    for line in lines {
      text += """
        <path clip-path="url(#frame)" fill="none" \(line.style) \
        d="M\(line.place.start.x.tenths) \(line.place.start.y.tenths)\
        L\(line.place.end.x.tenths) \(line.place.end.y.tenths)"/>\n
        """
    }
    text += labelledPoints(axes, lines.map(\.place))
    for (index, line) in lines.enumerated() {
      let y = (Self.frame.y + Self.frame.height + 58 + 17 * Double(index))
      text += """
        <path d="M\(Self.frame.x.tenths) \((y - 4).tenths)h24" \(line.style)/>
        <text x="\((Self.frame.x + 32).tenths)" y="\(y.tenths)">\(line.name)</text>\n
        """
    }
    return text + "</svg>\n"
  }

  private struct DrawnLine {
    let place: LabelPlacer.Line
    let style: String
    let name: String
  }

  /// The line of each era, and Moore's law from where the first of them begins.
  private func lines(on axes: TrendAxes) -> [DrawnLine] {
    var lines = trend.eras.enumerated().map { index, era in
      let (first, last) = (era.fit.span.lowerBound, era.fit.span.upperBound)
      let colour = Self.colours[index % Self.colours.count]
      let words = "\(era.fit.doublingWords) (95 %: \(era.fit.intervalWords))"
      return DrawnLine(
        place: .init(
          start: axes.place(first, era.fit.value(at: first)),
          end: axes.place(last, era.fit.value(at: last))
        ),
        style: "stroke=\"\(colour)\" stroke-width=\"2\"",
        name: "\(era.words): \(era.fit.slope > 0 ? "doubles in " : "")\(words)"
      )
    }
    guard let fit = trend.eras.first?.fit else { return lines }
    let (start, end) = (fit.span.lowerBound, axes.months.upperBound)
    let growth = Growth.factor(after: end - start, doubling: Growth.mooreMonths)
    lines.append(
      DrawnLine(
        place: .init(
          start: axes.place(start, fit.value(at: start)),
          end: axes.place(end, fit.value(at: start) * growth)
        ),
        style: "stroke=\"\(Self.mooreColour)\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\"",
        name: "Moore's law: doubles in 2 years"
      )
    )
    return lines
  }

  private func labelledPoints(_ axes: TrendAxes, _ lines: [LabelPlacer.Line]) -> String {
    let places = systems.map { axes.place($0.date.months, $0.value) }
    var placer = LabelPlacer(frame: Self.frame, points: places, lines: lines)
    var text = ""
    for index in labelled {
      let (place, name) = (places[index], label(systems[index].name))
      let (box, side) = placer.place(place, width: 6.4 * Double(name.count))
      let x = max(box.x, min(box.x + box.width, place.x))
      let y = max(box.y, min(box.y + box.height, place.y))
      if abs(x - place.x) + abs(y - place.y) > 16 {
        text += """
          <path d="M\(place.x.tenths) \(place.y.tenths)L\(x.tenths) \(y.tenths)" stroke="#bbb"/>\n
          """
      }
      text += """
        <text x="\((box.x + (1 - side) / 2 * box.width).tenths)" y="\((box.y + 10).tenths)" \
        text-anchor="\(Self.anchor(side))" font-size="11" stroke="white" stroke-width="3" \
        stroke-opacity="0.8" paint-order="stroke">\(Self.text(name))</text>\n
        """
    }
    let dots = systems.indices.map { index in
      let era = trend.eras.firstIndex { $0.contains(systems[index]) } ?? 0
      let hint = "\(systems[index].name), \(systems[index].date.text): "
      return """
        <circle cx="\(places[index].x.tenths)" cy="\(places[index].y.tenths)" r="4" \
        fill="\(Self.colours[era % Self.colours.count])"><title>\
        \(Self.text(hint))\(systems[index].value.threeDigits)</title></circle>\n
        """
    }
    return text + dots.joined()
  }

  /// The systems that have a label, by date.
  private var labelled: [Int] {
    var record = 0.0
    let named = systems.indices.filter { !systems[$0].name.isEmpty }
      .sorted { systems[$0].date.months < systems[$1].date.months }
    guard named.count > Self.labelsMax else { return named }
    let records = named.filter { index in
      guard systems[index].value > record else { return false }
      record = systems[index].value
      return true
    }
    return Array(records.suffix(Self.labelsMax))
  }

  /// Which end of a label is at its point, so that the gap is the same in every font.
  private static func anchor(_ side: Double) -> String {
    side > 0 ? "start" : side < 0 ? "end" : "middle"
  }

  private func label(_ name: String) -> String {
    name.count > Self.labelLettersMax ? name.prefix(Self.labelLettersMax - 1) + "…" : name
  }

  /// A stranger's text as it may stand in XML, in one line.
  private static func text(_ text: String) -> String { LineChart.escape(Terminal.safe(text)) }
}

/// The axes of a trend: months to the right, and powers of ten upwards.
private struct TrendAxes {
  let months: ClosedRange<Double>
  private let powers: ClosedRange<Double>
  private let frame: Box

  init(_ systems: [TrainedSystem], frame: Box) {
    let times = systems.map(\.date.months)
    let (first, last) = (times.min() ?? 0, times.max() ?? 1)
    let margin = 0.06 * (last - first)
    months = (first - margin)...(last + margin)
    let logs = systems.map { log10($0.value) }
    // So that no point is on the frame.
    let low = ((logs.min() ?? 0) - 0.2).rounded(.down)
    powers = low...max(low + 1, ((logs.max() ?? 1) + 0.2).rounded(.up))
    self.frame = frame
  }

  /// Where a value at a time is.
  func place(_ time: Double, _ value: Double) -> (x: Double, y: Double) {
    let across = (time - months.lowerBound) / (months.upperBound - months.lowerBound)
    let up = (log10(value) - powers.lowerBound) / (powers.upperBound - powers.lowerBound)
    return (frame.x + across * frame.width, frame.y + (1 - up) * frame.height)
  }

  func svg(yTitle: String) -> String {
    let (right, bottom) = (frame.x + frame.width, frame.y + frame.height)
    var text = ""
    for (time, words) in ticks {
      let x = place(time, 1).x.tenths
      text += """
        <path d="M\(x) \(frame.y.tenths)V\(bottom.tenths)" stroke="#e4e4e4"/>
        <text x="\(x)" y="\((bottom + 17).tenths)" text-anchor="middle">\(words)</text>\n
        """
    }
    let step = ((powers.upperBound - powers.lowerBound) / 10).rounded(.up)
    for power in stride(from: powers.lowerBound, through: powers.upperBound, by: step) {
      let y = place(months.lowerBound, pow(10, power)).y.tenths
      text += """
        <path d="M\(frame.x.tenths) \(y)H\(right.tenths)" stroke="#e4e4e4"/>
        <text x="\((frame.x - 6).tenths)" y="\(y)" dy="4" text-anchor="end">\
        \(Self.powerOfTen(Int(power)))</text>\n
        """
    }
    return text + """
      <text transform="translate(18 \((frame.y + frame.height / 2).tenths)) rotate(-90)" \
      text-anchor="middle">\(yTitle)</text>
      <text x="\((frame.x + frame.width / 2).tenths)" y="\((bottom + 36).tenths)" \
      text-anchor="middle">date of publication</text>\n
      """
  }

  /// At most ten times and what they are called: years, or months where the years are few.
  private var ticks: [(Double, String)] {
    let span = months.upperBound - months.lowerBound
    let step = [1.0, 2, 3, 6, 12, 24, 60, 120, 240, 600].first { span / $0 <= 10 } ?? 1200
    let first = (months.lowerBound / step).rounded(.up) * step
    return stride(from: first, through: months.upperBound, by: step).map { time in
      let month = CalendarDate.month(at: time)
      return (time, step >= 12 ? String(month.prefix(4)) : month)
    }
  }

  private static func powerOfTen(_ power: Int) -> String {
    guard abs(power) > 3 else { return pow(10, Double(power)).text(fraction: 3) }
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let raised = "\(abs(power))".compactMap(\.wholeNumberValue).map { String(digits[$0]) }
    return "10" + (power < 0 ? "⁻" : "") + raised.joined()
  }
}

extension Double {
  /// At most one decimal, the same on every machine.
  fileprivate var tenths: String { Swift.max(-1e6, Swift.min(1e6, self)).text(fraction: 1) }
}
