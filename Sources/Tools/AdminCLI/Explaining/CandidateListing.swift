import Basics
import HearthMessages
import Routing

/// How the replicas that a decision weighed are written.
enum CandidateListing {
  /// The columns that `rows` need; all of them where `isWide`.
  static func listing(_ rows: [HearthV1.Candidate], isWide: Bool) -> Listing<HearthV1.Candidate> {
    var columns: [Listing<HearthV1.Candidate>.Column] = [
      .init("") { $0.chosen ? "*" : " " }, .init("REPLICA", \.replica),
      .init("REGION", \.region), .init("CACHED", number: true) { "\($0.cachedTokens)" },
    ]
    var terms: [String] = []
    for row in rows {
      for term in row.terms where isWide || term.weighted >= nanosecond {
        if !terms.contains(term.name) { terms.append(term.name) }
      }
    }
    let known = CostTerms.words.map(\.name)
    terms.sort { (known.firstIndex(of: $0) ?? .max) < (known.firstIndex(of: $1) ?? .max) }
    for term in terms {
      columns.append(
        .init(title(term), number: true) { candidate in
          candidate.terms.first { $0.name == term }.map { seconds($0.weighted) } ?? ""
        }
      )
    }
    columns.append(
      .init("TOTAL", number: true) { $0.excluded.isEmpty ? seconds($0.totalSeconds) : "" }
    )
    if rows.contains(where: { !$0.excluded.isEmpty }) {
      columns.append(.init("OUT BECAUSE", \.excluded))
    }
    return Listing(name: \.replica, columns: columns, fields: json)
  }

  /// One replica with each part of its cost.
  static func json(_ candidate: HearthV1.Candidate) -> JSONObject {
    [
      "replica": candidate.replica, "region": candidate.region,
      "chosen": candidate.chosen, "excluded": candidate.excluded,
      "cachedTokens": candidate.cachedTokens,
      "seconds": JSONObject(candidate.terms.map { ($0.name, $0.seconds) }),
      "weights": JSONObject(candidate.terms.map { ($0.name, $0.weight) }),
      "totalSeconds": candidate.totalSeconds,
    ]
  }

  /// A name in camel case as the words of a heading.
  private static func title(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? " \($1)" : $1.uppercased() }
  }

  /// Less is as good as nothing: shares of time that decay never end.
  private static let nanosecond = 1e-9

  private static func seconds(_ value: Double) -> String {
    value < nanosecond ? "0" : Duration(inSeconds: value).text
  }
}

extension [HearthV1.Candidate] {
  /// The chosen one, the others by cost, and last who could not have the turn.
  var byRank: [HearthV1.Candidate] { sorted { $0.rank < $1.rank } }
}

extension HearthV1.Candidate {
  fileprivate var rank: (Int, Int, Double) {
    (excluded.isEmpty ? 0 : 1, chosen ? 0 : 1, totalSeconds)
  }
}
