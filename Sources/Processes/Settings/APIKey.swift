public import Basics
import FleetSpec

/// A key with which clients of a gateway show which tenant they are, as a file keeps it: by its
/// digest, from which nobody can make the key.
public struct APIKey: Sendable, Hashable {
  /// What its operator calls it.
  public var name: String
  /// Whose turns its clients send.
  public var tenant: TenantID
  /// SHA-256 of the key.
  public var digest: [UInt8]
  /// Who shares cached prompts with them.
  public var group: String
  /// The priority of their turns, from 1 to 7; 0 for the tenant's own.
  public var priority = 0
  /// When it ceases to hold, in seconds since 1970; nil for never.
  public var expiry: Int64?

  /// Makes a key of a tenant whose trust group is its organisation.
  public init(name: String, tenant: TenantID, digest: [UInt8]) {
    (self.name, self.tenant, self.digest) = (name, tenant, digest)
    group = TrustGroups().group(of: tenant)
  }

  /// The line of a file that says the same; `day` is that of the expiry, as `2027-01-31`.
  public func line(until day: String? = nil) -> String {
    let digits = digest.hexadecimal
    var line = "name=\(name) tenant=\(tenant) sha256=\(digits)"
    if group != TrustGroups().group(of: tenant) { line += " group=\(group)" }
    if priority > 0 { line += " priority=\(priority)" }
    if let day { line += " expires=\(day)" }
    return line
  }

  private init?(_ line: Substring, _ problem: inout String) {
    var words: [Substring: Substring] = [:]
    for word in line.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let quoted = word.quoted(limit: 60)
      guard parts.count == 2 else {
        problem = "\(quoted) is no word with a value (such as tenant=acme)"
        return nil
      }
      guard Self.names.contains(String(parts[0])) else {
        let hint = String(parts[0]).nearest(in: Self.names).map { "did you mean \($0)?" }
        problem =
          "\(parts[0].quoted(limit: 60)) means nothing here "
          + "(\(hint ?? "there are \(Self.names.joined(separator: ", "))"))"
        return nil
      }
      guard words.updateValue(parts[1], forKey: parts[0]) == nil else {
        problem = "\(parts[0]) is given twice"
        return nil
      }
    }
    guard let name = words["name"].flatMap({ Identifier<APIKey>($0) }) else {
      problem = "name must be 1 to 128 letters, digits or . _ - / :"
      return nil
    }
    guard let tenant = words["tenant"].flatMap({ TenantID($0) }) else {
      problem = "tenant must be 1 to 128 letters, digits or . _ - / :"
      return nil
    }
    guard let digest = words["sha256"].flatMap({ [UInt8](hexadecimal: $0, count: 32) }) else {
      problem = "sha256 must be 64 hexadecimal digits (`hearth key new` makes such a line)"
      return nil
    }
    self.init(name: name.text, tenant: tenant, digest: digest)
    if let word = words["group"] {
      guard let group = TenantID(word) else {
        problem = "group must be 1 to 128 letters, digits or . _ - / :"
        return nil
      }
      self.group = group.text
    }
    if let word = words["priority"] {
      guard let priority = Int(word), (1...7).contains(priority) else {
        problem = "priority must be from 1 to 7"
        return nil
      }
      self.priority = priority
    }
    if let word = words["expires"] {
      guard let expiry = Self.seconds(word) else {
        problem = "expires must be a day, such as 2027-01-31"
        return nil
      }
      self.expiry = expiry
    }
  }

  private static let names = ["name", "tenant", "sha256", "group", "priority", "expires"]

  /// When a day begins, in seconds since 1970, in UTC; nil for what is none.
  ///
  /// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
  public static func seconds(_ day: some StringProtocol) -> Int64? {
    let words = day.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Int64($0) }
    guard words.map(\.utf8.count) == [4, 2, 2], numbers.count == 3, numbers[0] >= 1970,
      (1...12).contains(numbers[1]), (1...31).contains(numbers[2])
    else { return nil }
    let (month, date) = (numbers[1], numbers[2])
    let year = numbers[0] - (month <= 2 ? 1 : 0)
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86_400
  }

  /// The keys of a file with one in each line, and what is wrong with other lines; empty ones and
  /// those that begin with `#` say nothing.
  public static func read(
    _ text: String,
    path: String
  ) -> (keys: [APIKey], faults: [SettingsFault]) {
    var (keys, faults): ([APIKey], [SettingsFault]) = ([], [])
    var names: Set<String> = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
      var problem = ""
      let key = APIKey(line, &problem)
      if let key, !names.insert(key.name).inserted { problem = "there is a key \(key.name) above" }
      guard problem.isEmpty, let key else {
        faults.append(SettingsFault(place: "\(path):\(index + 1)", path: "", message: problem))
        continue
      }
      keys.append(key)
    }
    return (keys, faults)
  }

  /// The keys of the file at `path`; throws all that is wrong with it.
  public static func read(path: String) throws(SettingsError) -> [APIKey] {
    let bytes: [UInt8]
    do throws(UnreadableFile) {
      bytes = try SettingsLaunch.systemFile(path)
    } catch {
      let message = path.quoted(limit: 60) + " " + error.words
      throw SettingsError(faults: [SettingsFault(place: path, path: "", message: message)])
    }
    let (keys, faults) = read(String(decoding: bytes, as: UTF8.self), path: path)
    guard faults.isEmpty else { throw SettingsError(faults: faults) }
    return keys
  }
}
