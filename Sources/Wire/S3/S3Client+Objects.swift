import Basics
import HTTP
import Wire

extension S3Client {
  /// An object of a bucket.
  public struct Object: Hashable, Sendable {
    /// Its key.
    public var key: String
    /// Its length.
    public var bytes: Int
  }

  /// Writes a small object.
  ///
  /// With `isNew`, one that is there already stays, and the fault is of kind
  /// ``S3Fault/Kind/taken``.
  public func put(_ key: String, _ bytes: [UInt8], isNew: Bool = false) throws(S3Fault) {
    let fields: [SigV4.Pair] = isNew ? [.init("if-none-match", "*")] : []
    _ = try ask(Request(method: "PUT", key: key, fields: fields, body: bytes, verb: "write"))
  }

  /// Writes an object of `bytes` bytes, in parts where that is more than a part; what `next` gives,
  /// asked for so many bytes, is all of it in order.
  ///
  /// Takes the memory of some parts. Where it throws, there is nothing new.
  public func upload(
    _ key: String,
    bytes: Int,
    next: (Int) throws(S3Fault) -> [UInt8]
  ) throws(S3Fault) {
    guard 0...Self.objectBytesMax ~= bytes else {
      throw S3Fault(.invalid, "can't write s3://\(address.bucket)/\(key): more than 5 TiB")
    }
    guard bytes > Self.partBytesMin else { return try put(key, try next(bytes)) }
    let begin = Request(
      method: "POST",
      key: key,
      query: [.init("uploads", "")],
      verb: "begin to write"
    )
    let begun = try S3XML.read(try ask(begin).body)
    guard let upload = begun["UploadId"]?.text, 1...2048 ~= upload.utf8.count else {
      throw S3Fault(.invalid, "can't \(what(begin)): the store named no upload")
    }
    do throws(S3Fault) {
      try send(key, bytes, upload, next)
    } catch {
      // Parts that stay cost; what went wrong first says more than why they can't be removed.
      try? delete(key, upload: upload)
      throw error
    }
  }

  private func send(
    _ key: String,
    _ bytes: Int,
    _ upload: String,
    _ next: (Int) throws(S3Fault) -> [UInt8]
  ) throws(S3Fault) {
    let size = Swift.max(Self.partBytesMin, (bytes + Self.partsMax - 1) / Self.partsMax)
    var (done, number, list) = (0, 0, "<CompleteMultipartUpload>")
    while done < bytes {
      number += 1
      let part = try next(Swift.min(size, bytes - done))
      done += part.count
      let query: [SigV4.Pair] = [.init("partNumber", "\(number)"), .init("uploadId", upload)]
      let request = Request(
        method: "PUT",
        key: key,
        query: query,
        body: part,
        verb: "write part \(number) of"
      )
      let tag = try ask(request).fields.text("etag") ?? ""
      guard 1...256 ~= tag.utf8.count, !tag.utf8.contains(where: { $0 == 0x3C || $0 == 0x26 })
      else {
        throw S3Fault(.invalid, "can't \(what(request)): the store gave it no tag")
      }
      list += "<Part><PartNumber>\(number)</PartNumber><ETag>\(tag)</ETag></Part>"
    }
    list += "</CompleteMultipartUpload>"
    let query: [SigV4.Pair] = [.init("uploadId", upload)]
    _ = try ask(
      Request(method: "POST", key: key, query: query, body: Array(list.utf8), verb: "end writing")
    )
  }

  /// All of an object that has at most `bytesMax` bytes.
  public func get(_ key: String, bytesMax: Int) throws(S3Fault) -> [UInt8] {
    var bytes: [UInt8] = []
    let request = Request(method: "GET", key: key, verb: "read", answerBytesMax: bytesMax)
    _ = try attempt(request) {
      bytes = []
    } take: { (piece) throws(S3Fault) in
      bytes.append(copying: piece)
    }
    return bytes
  }

  /// Reads an object of at most `bytesMax` bytes in pieces; `reset` is called before its first
  /// piece, each time where it had to be begun again.
  public func get(
    _ key: String,
    bytesMax: Int,
    reset: () throws(S3Fault) -> Void,
    take: (Span<UInt8>) throws(S3Fault) -> Void
  ) throws(S3Fault) {
    let request = Request(method: "GET", key: key, verb: "read", answerBytesMax: bytesMax)
    _ = try attempt(request, reset: reset, take: take)
  }

  /// Removes an object; one that is not there is as well.
  public func delete(_ key: String) throws(S3Fault) { try delete(key, upload: nil) }

  private func delete(_ key: String, upload: String?) throws(S3Fault) {
    let query = upload.map { [SigV4.Pair("uploadId", $0)] } ?? []
    let request = Request(method: "DELETE", key: key, query: query, verb: "remove")
    do throws(S3Fault) {
      _ = try ask(request)
    } catch  where error.kind == .missing {}
  }

  /// The objects whose keys begin with `prefix`; with `delimiter`, what goes on behind the next one
  /// counts as a folder, named to its end.
  ///
  /// Throws where there are more than `limit`, and where the store lists what nobody asked for.
  public func list(
    _ prefix: String,
    delimiter: String? = nil,
    limit: Int
  ) throws(S3Fault) -> (objects: [Object], folders: [String]) {
    var (objects, folders) = ([Object](), [String]())
    var token: String?
    repeat {
      var query: [SigV4.Pair] = [
        .init("list-type", "2"), .init("max-keys", "\(pageMax)"), .init("prefix", prefix),
      ]
      if let delimiter { query.append(.init("delimiter", delimiter)) }
      if let token { query.append(.init("continuation-token", token)) }
      let request = Request(method: "GET", query: query, verb: "list \(prefix.quoted()) in")
      let before = objects.count + folders.count
      let page = try S3XML.read(try ask(request).body)
      for child in page.children {
        let key = (child["Key"] ?? child["Prefix"])?.text ?? ""
        switch child.name {
        case "Contents":
          guard key.hasPrefix(prefix), let bytes = Int(child["Size"]?.text ?? ""), bytes >= 0 else {
            throw Self.listed(key, what(request))
          }
          objects.append(Object(key: key, bytes: bytes))
        case "CommonPrefixes":
          guard key.hasPrefix(prefix) else { throw Self.listed(key, what(request)) }
          folders.append(key)
        default: break
        }
      }
      let isMore = page["IsTruncated"]?.text == "true"
      token = isMore ? page["NextContinuationToken"]?.text : nil
      let count = objects.count + folders.count
      guard count <= limit, !isMore || count > before && 1...4096 ~= token?.utf8.count ?? 0 else {
        throw S3Fault(.invalid, "can't \(what(request)): it lists more than \(limit), or no end")
      }
    } while token != nil
    return (objects, folders)
  }

  private static func listed(_ key: String, _ what: String) -> S3Fault {
    S3Fault(.invalid, "can't \(what): it lists \(key.quoted(limit: 80)), of no or absurd size")
  }
}
