import Basics

/// Makes the chunks that an answer has in its transcript, as it passes: those that
/// ``PromptScanner`` finds in the next prompt when the client sends the answer back.
///
/// It tells a ``PromptVisitor`` of the message that the client would send.
struct AnswerTranscript {
  private enum Place { case nowhere, message, content, text, thought, thinking, input }

  private struct Call {
    var id: [UInt8] = []
    var name: [UInt8] = []
    var arguments: [UInt8] = []
  }

  private let format: PromptFormat
  /// Who finds the chunks; it is told of what comes whole as it is.
  var visitor: PromptVisitor
  private var place = Place.nowhere
  /// What is called in a message of OpenAI's, whose members come in any order.
  private var calls: [Call] = []
  private var callBytes = 0
  private var input = JSONScanner()
  /// Whether something came that no message can be made of.
  private var isBroken = false

  private static let callsMax = 256
  private static let callBytesMax = 1 << 20

  /// Begins after a prompt that ends with `tail`, see ``PromptOutline/tail``.
  init(_ format: PromptFormat, _ key: SipHash, tail: [UInt8]) {
    self.format = format
    visitor = PromptVisitor(format, key)
    visitor.began(isObject: true)
    switch format {
    case .completions, .embeddings:
      name("prompt")
      visitor.beganString()
      visitor.part(tail.span)
    case .chatCompletions, .messages: name("messages")
    case .responses: name("input")
    }
    if format != .completions { visitor.began(isObject: false) }
  }

  /// The chunks of the answer, which is complete; none where they are not known.
  mutating func finish() -> [PromptChunk] {
    if format == .completions {
      visitor.endedString()
      let outline = visitor.finish()
      // What goes on within it would have other chunks.
      return outline.tail?.isEmpty == false ? outline.chunks.dropLast() : outline.chunks
    }
    if place == .nowhere, visitor.finish().chunks.isEmpty { go(to: .message) }
    go(to: .nowhere)
    return isBroken ? [] : visitor.finish().chunks
  }

  // MARK: Answers that come as they are made

  /// More of the text.
  mutating func text(_ bytes: Span<UInt8>) {
    if format != .completions { go(to: .text) }
    visitor.part(bytes)
  }

  /// More of the thoughts before it.
  mutating func thought(_ bytes: Span<UInt8>) {
    go(to: format == .messages ? .thinking : .thought)
    visitor.part(bytes)
  }

  /// What proves that the thoughts are the model's own.
  mutating func signature(_ bytes: [UInt8]) {
    guard place == .thinking else { return }
    visitor.endedString()
    name("signature")
    visitor.beganString()
    visitor.part(bytes.span)
  }

  /// More of a call of a tool: the one of this number, else the last, unless it has a name.
  mutating func call(_ index: Int?, id: [UInt8], name: [UInt8], arguments: [UInt8]) {
    callBytes += id.count + name.count + arguments.count
    let index = index ?? (id.isEmpty ? max(0, calls.count - 1) : calls.count)
    guard (0...calls.count).contains(index), index < Self.callsMax,
      callBytes <= Self.callBytesMax
    else {
      isBroken = true
      return
    }
    if index == calls.count { calls.append(Call()) }
    if calls[index].id.isEmpty { calls[index].id = id }
    if calls[index].name.isEmpty { calls[index].name = name }
    calls[index].arguments += arguments
  }

  /// A part that calls a tool begins.
  mutating func beganInput(id: [UInt8], name: [UInt8]) {
    go(to: .content)
    visitor.began(isObject: true)
    string("type", Array("tool_use".utf8))
    string("id", id)
    string("name", name)
    self.name("input")
    (place, input) = (.input, JSONScanner())
  }

  /// More of what the tool is called with, which is JSON.
  mutating func input(_ bytes: Span<UInt8>) {
    guard place == .input, !isBroken else { return }
    do throws(JSONFault) {
      try input.take(bytes, &visitor)
    } catch {
      isBroken = true
    }
  }

  // MARK: Answers that come whole

  /// A message or an item comes, of whose JSON ``visitor`` is told.
  mutating func beganMessage() { go(to: .nowhere) }

  /// The parts of a message come.
  mutating func beganContent() {
    go(to: .message)
    name("content")
  }

  // MARK: The message

  /// Ends what is open, and opens what is needed.
  private mutating func go(to next: Place) {
    guard next != place else { return }
    leave(next)
    let isParts = format == .messages
    if place == .nowhere, next != .nowhere {
      visitor.began(isObject: true)
      string("role", Array("assistant".utf8))
      place = .message
    }
    if place == .message, isParts, next != .message, next != .nowhere {
      name("content")
      visitor.began(isObject: false)
      place = .content
    }
    switch next {
    case .text where isParts:
      visitor.began(isObject: true)
      string("type", Array("text".utf8))
      name("text")
      visitor.beganString()
    case .text:
      name("content")
      visitor.beganString()
    case .thinking:
      visitor.began(isObject: true)
      string("type", Array("thinking".utf8))
      name("thinking")
      visitor.beganString()
    case .thought:
      name("reasoning_content")
      visitor.beganString()
    case .nowhere, .message, .content, .input: break
    }
    place = next
  }

  private mutating func leave(_ next: Place) {
    switch place {
    case .text, .thinking, .thought:
      visitor.endedString()
      if format == .messages { visitor.ended() }
      place = format == .messages ? .content : .message
    case .input:
      endInput()
      visitor.ended()
      place = .content
    case .nowhere, .message, .content: break
    }
    guard next == .nowhere else { return }
    if place == .content { visitor.ended() }
    if place != .nowhere {
      sendCalls()
      visitor.ended()
    }
    place = .nowhere
  }

  private mutating func endInput() {
    do throws(JSONFault) {
      if !input.hasBegun {
        visitor.began(isObject: true)
        visitor.ended()
      } else if !isBroken {
        try input.finish(&visitor)
      }
    } catch {
      isBroken = true
    }
  }

  private mutating func sendCalls() {
    guard !calls.isEmpty else { return }
    name("tool_calls")
    visitor.began(isObject: false)
    for call in calls {
      visitor.began(isObject: true)
      string("id", call.id)
      string("type", Array("function".utf8))
      name("function")
      visitor.began(isObject: true)
      string("name", call.name)
      string("arguments", call.arguments)
      visitor.ended()
      visitor.ended()
    }
    visitor.ended()
    calls = []
  }

  private mutating func name(_ key: String) { visitor.key(Array(key.utf8).span) }

  private mutating func string(_ key: String, _ value: [UInt8]) {
    name(key)
    visitor.beganString()
    if !value.isEmpty { visitor.part(value.span) }
    visitor.endedString()
  }
}
