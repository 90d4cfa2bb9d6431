/// A rectangle of a picture, in its units; y grows downwards.
struct Box {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  /// The area that both have in common.
  func overlap(_ other: Box) -> Double {
    let width = min(x + width, other.x + other.width) - max(x, other.x)
    let height = min(y + height, other.y + other.height) - max(y, other.y)
    return max(0, width) * max(0, height)
  }
}

/// Puts labels beside their points so that they cover as little as possible.
///
/// Each label in turn takes the best of places around its point, nearest first: a simple greedy
/// placement (Christensen, Marks and Shieber, "An Empirical Study of Algorithms for Point-Feature
/// Label Placement", 1995).
struct LabelPlacer {
  /// A straight line that labels should not cover.
  struct Line {
    let start: (x: Double, y: Double)
    let end: (x: Double, y: Double)

    /// Whether it goes through a box.
    func crosses(_ box: Box) -> Bool {
      let left = max(box.x, start.x)
      let right = min(box.x + box.width, end.x)
      guard left < right else { return false }
      let ys = [left, right].map {
        start.y + ($0 - start.x) / (end.x - start.x) * (end.y - start.y)
      }
      return ys.contains { $0 > box.y } && ys.contains { $0 < box.y + box.height }
    }
  }

  static let lineHeight = 13.0
  private static let pointReach = 6.0

  let frame: Box
  let points: [(x: Double, y: Double)]
  let lines: [Line]
  private var placed: [Box] = []

  init(frame: Box, points: [(x: Double, y: Double)], lines: [Line]) {
    (self.frame, self.points, self.lines) = (frame, points, lines)
  }

  /// Places a label of `width` units for a point of the picture; on which side of the point it is:
  /// 1 right, -1 left, 0 above or below.
  mutating func place(
    _ point: (x: Double, y: Double),
    width: Double
  ) -> (box: Box, side: Double) {
    var best = (Box(x: point.x, y: point.y, width: width, height: Self.lineHeight), 1.0)
    var least = Double.infinity
    for distance in [0.0, 12, 24, 40, 60, 84, 120, 160] {
      for (dx, dy) in Self.directions {
        let box = Self.box(at: point, (dx, dy), 8 + distance, width)
        // Beside the point reads better than above or below it, and near better than far.
        let cost = covered(box) + distance + (dx == 0 ? 2 : dy == 0 ? 0 : 1)
        if cost < least { (least, best) = (cost, (box, dx)) }
      }
    }
    placed.append(best.0)
    return best
  }

  private static let directions: [(Double, Double)] = [
    (1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1),
  ]

  private static func box(
    at point: (x: Double, y: Double),
    _ way: (Double, Double),
    _ distance: Double,
    _ width: Double
  ) -> Box {
    Box(
      x: point.x + way.0 * distance - (1 - way.0) / 2 * width,
      y: point.y + way.1 * distance - (1 - way.1) / 2 * lineHeight,
      width: width,
      height: lineHeight
    )
  }

  /// How bad it is to put a label there.
  private func covered(_ box: Box) -> Double {
    let outside = box.width * box.height - box.overlap(frame)
    let labels = placed.reduce(0) { $0 + $1.overlap(box) }
    let reach = Self.pointReach
    let dots = points.reduce(0) { sum, point in
      sum
        + box.overlap(
          Box(x: point.x - reach, y: point.y - reach, width: 2 * reach, height: 2 * reach)
        )
    }
    let crossed = lines.count { $0.crosses(box) }
    return 100 * outside + 10 * labels + 5 * dots + 30 * Double(crossed)
  }
}
