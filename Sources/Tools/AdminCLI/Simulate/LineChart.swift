import func Glibc.log2

/// A chart of lines as a picture (SVG 1.1) that stands alone.
struct LineChart {
  /// One line.
  struct Line {
    let name: String
    /// In the order of x; the line is broken where there is no y.
    let points: [(x: Double, y: Double?)]
  }

  /// A place on the x axis that matters, such as an objective.
  struct Mark {
    let x: Double
    let name: String
  }

  /// A part of the x axis in which something was so, such as an outage.
  struct Band {
    let start: Double
    /// Nil for the rest.
    let end: Double?
    let name: String
  }

  let title: String
  let xTitle: String
  let yTitle: String
  var lines: [Line]
  /// Whether equal ways to the right are equal factors; then only points right of 0 are shown.
  var isLogarithmic = false
  /// The end of the y axis, which starts at 0; nil for the greatest value.
  var yMax: Double?
  var marks: [Mark] = []
  var bands: [Band] = []

  /// Colours that colour-blind people tell apart (Okabe and Ito, "Color universal design", 2008),
  /// and a grey; more lines than those have dashes.
  private static let colours = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#888888",
  ]
  private static let dashes = ["", "7 3", "2 3"]
  private static let width = 720.0
  private static let (left, right, top, bottom) = (64.0, 700.0, 40.0, 340.0)
  /// Text over lines: what is behind it is dimmed.
  private static let label = """
    fill="#b00" stroke="white" stroke-width="3" stroke-opacity="0.8" paint-order="stroke"
    """

  private var height: Double {
    let rows = (lines.count + legendColumns - 1) / legendColumns
    return Self.bottom + 44 + 16 * Double(max(1, rows))
  }

  /// Names of lines beside each other: up to four, as many as fit with 8 units a character.
  private var legendColumns: Int {
    let longest = 35 + 8 * (lines.map(\.name.count).max() ?? 0)
    return max(1, min(4, Int(Self.right - Self.left) / longest))
  }

  /// The picture.
  var svg: String {
    let points = lines.flatMap(\.points).filter { !isLogarithmic || $0.x > 0 }
    let xs = Axis(points.map(\.x), isLogarithmic: isLogarithmic)
    let ys = Axis([0, yMax ?? points.compactMap(\.y).max() ?? 1], isLogarithmic: false)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(Self.width)) \
      \(Self.number(height))" font-family="sans-serif" font-size="12" role="img">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(Self.number(Self.left))" y="22" font-size="15">\(Self.escape(title))</text>\n
      """
    text += bands(xs) + axes(xs, ys)
    for (index, line) in lines.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      let dash = Self.dashes[index / Self.colours.count % Self.dashes.count]
      let style = "stroke=\"\(colour)\"" + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
      let places = line.points.filter { !isLogarithmic || $0.x > 0 }.map { point in
        (
          x: place(point.x, on: xs),
          y: point.y.map { Self.number(Self.bottom - ys.share($0) * (Self.bottom - Self.top)) }
        )
      }
      text += "<path fill=\"none\" \(style) stroke-width=\"1.8\" d=\""
      var isOpen = false
      for place in places {
        if let y = place.y { text += "\(isOpen ? "L" : "M")\(place.x) \(y)" }
        isOpen = place.y != nil
      }
      text += "\"/>\n"
      let ys = [nil] + places.map(\.y) + [nil]
      for (index, place) in places.enumerated() {
        // One that no line reaches would not be seen.
        let isAlone = ys[index] == nil && ys[index + 2] == nil
        guard let y = place.y, isAlone || places.count <= 20 else { continue }
        let radius = places.count <= 20 ? 3 : 2
        text += "<circle cx=\"\(place.x)\" cy=\"\(y)\" r=\"\(radius)\" fill=\"\(colour)\"/>\n"
      }
      text += legend(line.name, style, index)
    }
    return text + labels(xs) + "</svg>\n"
  }

  private func axes(_ xs: Axis, _ ys: Axis) -> String {
    var text = ""
    for tick in xs.ticks {
      let x = place(tick, on: xs)
      text += """
        <path d="M\(x) \(Self.number(Self.top))V\(Self.number(Self.bottom))" stroke="#ddd"/>
        <text x="\(x)" y="\(Self.number(Self.bottom + 16))" text-anchor="middle">\
        \(Axis.text(tick))</text>\n
        """
    }
    for tick in ys.ticks {
      let y = Self.number(Self.bottom - ys.share(tick) * (Self.bottom - Self.top))
      text += """
        <path d="M\(Self.number(Self.left)) \(y)H\(Self.number(Self.right))" stroke="#ddd"/>
        <text x="\(Self.number(Self.left - 6))" y="\(y)" dy="4" text-anchor="end">\
        \(Axis.text(tick))</text>\n
        """
    }
    let middle = Self.number((Self.left + Self.right) / 2)
    return text + """
      <text x="\(middle)" y="\(Self.number(Self.bottom + 34))" text-anchor="middle">\
      \(Self.escape(xTitle))</text>
      <text transform="translate(16 \(Self.number((Self.top + Self.bottom) / 2))) rotate(-90)" \
      text-anchor="middle">\(Self.escape(yTitle))</text>\n
      """
  }

  private func legend(_ name: String, _ style: String, _ index: Int) -> String {
    let column = (Self.right - Self.left) / Double(legendColumns)
    let x = Self.left + column * Double(index % legendColumns)
    let y = Self.bottom + 52 + 16 * Double(index / legendColumns)
    return """
      <path d="M\(Self.number(x)) \(Self.number(y - 4))h20" \(style) stroke-width="3"/>
      <text x="\(Self.number(x + 25))" y="\(Self.number(y))">\(Self.escape(name))</text>\n
      """
  }

  private func bands(_ xs: Axis) -> String {
    shownBands(xs).map { band in
      let (start, end) = (xs.share(band.start), xs.share(band.end ?? xs.high))
      return """
        <rect x="\(Self.number(Self.left + start * (Self.right - Self.left)))" \
        y="\(Self.number(Self.top))" \
        width="\(Self.number((end - start) * (Self.right - Self.left)))" \
        height="\(Self.number(Self.bottom - Self.top))" fill="#b00" fill-opacity="0.13"/>\n
        """
    }.joined()
  }

  private func shownBands(_ xs: Axis) -> [Band] {
    bands.filter { $0.start <= xs.high && $0.end ?? xs.high >= xs.low }
  }

  /// The lines of marks, and what marks and bands are called, one below the other: a band right of
  /// its start where that fits, a mark on the side with more space.
  private func labels(_ xs: Axis) -> String {
    let marks = marks.filter { $0.x >= xs.low && $0.x <= xs.high }
    let names =
      marks.map { (x: $0.x, isRight: xs.share($0.x) < 0.5, text: $0.name) }
      + shownBands(xs).map { band in
        let space = (1 - xs.share(band.start)) * (Self.right - Self.left)
        return (x: band.start, isRight: 8 * Double(band.name.count) < space, text: band.name)
      }
    let lines = marks.map { mark in
      """
      <path d="M\(place(mark.x, on: xs)) \(Self.number(Self.top))V\(Self.number(Self.bottom))" \
      stroke="#b00" stroke-dasharray="4 3"/>\n
      """
    }
    let texts = names.enumerated().map { index, name in
      """
      <text x="\(place(name.x, on: xs))" dx="\(name.isRight ? 4 : -4)" \
      y="\(Self.number(Self.top + 14 + 16 * Double(index)))" \
      text-anchor="\(name.isRight ? "start" : "end")" \(Self.label)>\(Self.escape(name.text))</text>\n
      """
    }
    return (lines + texts).joined()
  }

  private func place(_ x: Double, on xs: Axis) -> String {
    Self.number(Self.left + xs.share(x) * (Self.right - Self.left))
  }

  /// At most one decimal, the same on every machine.
  private static func number(_ value: Double) -> String {
    let tenths = Int(max(-1e9, min(1e9, value * 10)).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
  }

  /// Text as it may stand between tags and in attributes.
  static func escape(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: String(character)
      }
    }.joined()
  }
}

/// One axis of a chart: where values go, and which are named.
struct Axis {
  let low: Double
  let high: Double
  let ticks: [Double]
  let isLogarithmic: Bool

  /// Makes the axis of some values, with up to nine round ticks; of a logarithmic one each power of
  /// ten and its double and fivefold.
  init(_ values: [Double], isLogarithmic: Bool) {
    let finite = values.filter(\.isFinite)
    let (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
    self.isLogarithmic = isLogarithmic && least > 0
    guard self.isLogarithmic else {
      let step = Self.step((most - least) / 8)
      low = (least / step).rounded(.down) * step
      high = max(low + step, (most / step - 1e-9).rounded(.up) * step)
      let first = low
      ticks = (0...Int(((high - low) / step).rounded())).map { first + Double($0) * step }
      return
    }
    low = least
    high = max(most, least * 1.01)
    let (start, end) = (low, high)
    var powers: [Double] = []
    var power = Self.power(below: start)
    while power <= end {
      powers += [power, 2 * power, 5 * power].filter { (start...end).contains($0) }
      power *= 10
    }
    ticks = powers
  }

  /// Where a value is, from 0 to 1.
  func share(_ value: Double) -> Double {
    let bounded = max(low, min(high, value))
    guard isLogarithmic else { return (bounded - low) / (high - low) }
    return log2(bounded / low) / log2(high / low)
  }

  /// A tick in few digits.
  static func text(_ value: Double) -> String {
    let rounded = (value * 1e6).rounded() / 1e6
    return rounded == rounded.rounded() && abs(rounded) < 1e15
      ? "\(Int(rounded))" : "\(rounded)"
  }

  /// The least of 1, 2 and 5 times a power of ten that is no less than `value`.
  private static func step(_ value: Double) -> Double {
    guard value > 0 else { return 1 }
    let power = power(below: value)
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value * 0.999 } ?? 10 * power
  }

  private static func power(below value: Double) -> Double {
    var power = 1.0
    while power > value { power /= 10 }
    while power * 10 <= value { power *= 10 }
    return power
  }
}
