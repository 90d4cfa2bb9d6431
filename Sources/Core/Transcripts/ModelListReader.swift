/// A model, or an adapter of one, that an engine serves.
public struct ListedModel: Sendable, Hashable {
  /// What it is called.
  public var id = ""
  /// The model that it is an adapter of; nil for a model.
  public var parent: String?
  /// Its other names.
  public var aliases: [String] = []
}

/// What an engine answers when it is asked for its models.
public struct ModelList: Sendable, Hashable {
  /// The models, in the engine's order.
  public var models: [ListedModel] = []
  /// Who it says owns them, which tells engines apart: `vllm`, `sglang`, `llamacpp`.
  public var owner = ""

  /// Whether a model, not an adapter, has the name.
  public func serves(_ name: String) -> Bool {
    models.contains { $0.parent == nil && ($0.id == name || $0.aliases.contains(name)) }
  }
}

/// Reads the list of models of an OpenAI-compatible API: the objects in `data`.
public struct ModelListReader: JSONVisitor {
  private enum Key: String {
    case data, id, parent, aliases
    case owner = "owned_by"
    case other = ""
  }

  private static let (modelsMax, aliasesMax, nameBytesMax) = (1_024, 16, 256)

  private var list = ModelList()
  private var hasList = false
  private var model = ListedModel()
  /// The keys on the way to the value that comes next; an element of an array has none.
  private var path: [Key] = []
  private var text: [UInt8]?

  /// Makes a reader.
  public init() {}

  /// The models in the body of an answer; nil for one that is no JSON, or has no list.
  public mutating func models(in body: Span<UInt8>) -> ModelList? {
    var scanner = JSONScanner()
    do throws(JSONFault) {
      try scanner.take(body, &self)
      try scanner.finish(&self)
    } catch {
      return nil
    }
    return hasList ? list : nil
  }

  private var isInModel: Bool { path.count == 3 && path[0] == .data }

  mutating func began(isObject: Bool) {
    if path == [.data], !isObject { hasList = true }
    if path == [.data, .other], isObject { model = ListedModel() }
    path.append(.other)
  }

  mutating func ended() {
    path.removeLast()
    guard path == [.data, .other], !model.id.isEmpty, list.models.count < Self.modelsMax else {
      return
    }
    list.models.append(model)
    model = ListedModel()
  }

  mutating func key(_ key: Span<UInt8>) {
    let known = unsafe key.withUnsafeBufferPointer {
      unsafe Key(rawValue: String(decoding: $0, as: UTF8.self))
    }
    path[path.count - 1] = known ?? .other
  }

  mutating func beganString() {
    let isWanted =
      isInModel && [.id, .parent, .owner].contains(path[2])
      || path.count == 4 && path[0] == .data && path[2] == .aliases
    text = isWanted ? [] : nil
  }

  mutating func part(_ bytes: Span<UInt8>) {
    guard let count = text?.count, count < Self.nameBytesMax else { return }
    for index in bytes.indices.prefix(Self.nameBytesMax - count) { text?.append(bytes[index]) }
  }

  mutating func endedString() {
    guard let text else { return }
    self.text = nil
    let name = String(decoding: text, as: UTF8.self)
    switch path[2] {
    case .id: model.id = name
    case .parent: model.parent = name
    case .owner: if list.owner.isEmpty { list.owner = name }
    default: if model.aliases.count < Self.aliasesMax { model.aliases.append(name) }
    }
  }

  mutating func scalar(_ text: Span<UInt8>) {}
}
