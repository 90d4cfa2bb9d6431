/// One part of what it costs to run a turn on a replica: its formula, its weight, its words and its
/// lower bound.
///
/// A new term is one type in a file of its own, and a line in ``CostTerms/visit(_:)``.
protocol CostTerm {
  /// What people are told of it.
  static var words: CostTermWords { get }
  /// What a second of it counts against a second before the first token, unless
  /// ``CostModel/weights`` says otherwise.
  static var weight: Double { get }
  /// Whether it is part of the time to the first token.
  static var isBeforeFirstToken: Bool { get }
  /// Whether its lower bound takes long, so that it is left until the others don't suffice; then it
  /// is the last of all.
  static var isBoundLast: Bool { get }
  /// What its weight is multiplied with on a replica.
  static func emphasis(on replica: PricedReplica) -> Double

  /// The term of a turn: never negative, and never more with more cached tokens.
  static func seconds(_ turn: PricedTurn) -> Double

  /// Adds what ``lowerBound(_:_:)`` needs to know of a replica beside what all terms share.
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane)
  /// At most its seconds of a turn on eight replicas, by their emphasis; takes its columns in the
  /// order in which they were added.
  static func lowerBound(_ turn: PricedTurns, _ columns: inout CostColumns.Reader)
    -> CostColumns.Figures
}

extension CostTermVisitor {
  @inline(__always)
  func begin() {}
}

extension CostTerm {
  static var weight: Double { 1 }
  static var isBeforeFirstToken: Bool { false }
  static var isBoundLast: Bool { false }
  @inline(__always)
  static func emphasis(on replica: PricedReplica) -> Double { 1 }
  @inline(__always)
  static func addColumns(of replica: PricedReplica, to columns: inout CostColumns.Lane) {}
}

/// A term as people read of it.
public struct CostTermWords: Sendable, Hashable {
  /// Its name, in camel case.
  public let name: String
  /// What its seconds are, in a few words.
  public let meaning: String
  /// What a replica has where it costs less than on another, as in "40ms …".
  public let less: String
  /// What a replica has where it costs more.
  public let more: String
}

/// Does something with each term.
protocol CostTermVisitor {
  mutating func begin()
  mutating func visit<Term: CostTerm>(_ term: Term.Type)
}

/// All terms of the cost.
public enum CostTerms {
  /// Visits every term, in the order in which they are shown.
  @inline(__always)
  static func visit(_ visitor: inout some CostTermVisitor) {
    visitor.begin()
    visitor.visit(NetworkTerm.self)
    visitor.visit(QueueTerm.self)
    visitor.visit(PrefillTerm.self)
    visitor.visit(StallTerm.self)
    visitor.visit(ContentionTerm.self)
    visitor.visit(EvictionTerm.self)
    visitor.visit(DecodeInterferenceTerm.self)
  }

  /// What people are told of each, in that order.
  public static let words: [CostTermWords] = {
    var collector = Collector()
    visit(&collector)
    return collector.words
  }()

  /// The place of a term in that order.
  static func index<Wanted: CostTerm>(of term: Wanted.Type) -> Int {
    words.firstIndex { $0.name == term.words.name } ?? 0
  }

  private struct Collector: CostTermVisitor {
    var words: [CostTermWords] = []

    mutating func visit<Term: CostTerm>(_ term: Term.Type) { words.append(term.words) }
  }
}
