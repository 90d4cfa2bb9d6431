import Basics

/// What the lower bounds of the terms need to know of eight replicas: a column a figure, the
/// replicas side by side.
struct CostColumns: BitwiseCopyable {
  /// A figure of each of eight replicas.
  typealias Figures = SIMD8<Float>

  /// The share of a bound that may be due to rounding: some thirty operations of 2^-24 each, twice.
  static let slack: Float = 4e-6
  /// No figure is above it, so that no bound is infinite.
  static let figureMax = 1e30

  private var columns = InlineArray<16, Figures>(repeating: .zero)

  /// The columns of replicas of which nothing is known.
  init() {}

  /// Takes in the columns of the replica with a number, of those whose columns are in `blocks`.
  @inline(__always)
  static func set(_ number: Int, _ lane: Lane, in blocks: inout [CostColumns]) {
    var span = blocks.mutableSpan
    var bytes = span.mutableBytes
    let (block, place) = (number / Figures.scalarCount, number % Figures.scalarCount)
    let start = block * MemoryLayout<Self>.stride + place * MemoryLayout<Float>.stride
    for index in 0..<lane.count {
      let offset = start + index * MemoryLayout<Figures>.stride
      bytes.storeBytes(of: lane.figures[index], toByteOffset: offset, as: Float.self)
    }
  }

  /// The columns of one replica.
  struct Lane {
    /// Until when they are to hold, in the fleet's time.
    let end: Instant
    fileprivate var figures = InlineArray<16, Float>(repeating: 0)
    fileprivate var count = 0

    @inline(__always)
    init(until end: Instant) { self.end = end }

    /// Adds a figure, moved by as much `slack` up or down as rounding may have moved it the other
    /// way.
    @inline(__always)
    mutating func add(_ figure: Double, slack: Double = 0) {
      figures[count] = Float(figure * (1 + slack * Double(CostColumns.slack)))
      count += 1
    }
  }

  /// Hands the columns of eight replicas after another out, in the order in which they were added.
  struct Reader {
    let blocks: [CostColumns]
    /// The first of the eight is eight times that.
    var number = 0
    private var index = 0

    @inline(__always)
    init(_ blocks: [CostColumns]) { self.blocks = blocks }

    @inline(__always)
    mutating func begin() { index = 0 }

    @inline(__always)
    mutating func next() -> Figures {
      defer { index += 1 }
      return blocks[number].columns[index]
    }
  }
}
