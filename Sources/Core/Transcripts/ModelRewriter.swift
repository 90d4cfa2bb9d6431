import Basics

/// Puts another name in the place of the model's in the body of a request.
public enum ModelRewriter {
  /// The body with `name` as the value of the key `model` of its outermost object; as it is where
  /// that is its value, or where there is none.
  ///
  /// The rest is neither read nor changed. A key that is there more than once is replaced each time.
  public static func rewrite(_ body: [UInt8], model name: String) -> [UInt8] {
    let value = Array(name.quoted().utf8)
    var result: [UInt8] = []
    var copied = 0
    for range in values(in: body.span) where body[range] != value[...] {
      result += body[copied..<range.lowerBound]
      result += value
      copied = range.upperBound
    }
    return copied == 0 ? body : result + body[copied...]
  }

  /// Where the values of the key are, quotes included.
  private static func values(in body: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var (index, depth, isKey, isWanted) = (0, 0, false, false)
    while index < body.count {
      let byte = body[index]
      switch byte {
      case UInt8(ascii: "\""):
        let start = index
        index += 1
        while index < body.count, body[index] != UInt8(ascii: "\"") {
          index += body[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < body.count else { return found }
        if depth == 1, isKey {
          isWanted = body.extracting(start...index).equals("\"model\"")
        } else if depth == 1, isWanted {
          found.append(start..<index + 1)
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        isKey = depth == 1 && byte == UInt8(ascii: "{")
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ":"): if depth == 1 { isKey = false }
      case UInt8(ascii: ","): if depth == 1 { (isKey, isWanted) = (true, false) }
      default: break
      }
      index += 1
    }
    return found
  }
}
