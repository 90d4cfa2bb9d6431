/// What is said in a chat, as one prompt that grows.
struct Conversation {
  /// What a conversation starts with unless somebody says otherwise.
  ///
  /// As long as instructions of real services are: a replica keeps whole blocks of a prompt, of 512
  /// tokens in most fleets, and without instructions it takes many turns until there is one.
  static let instructions =
    "You answer questions of people who run fleets of GPUs.\n"
    + String(
      repeating: "Answer in short and plain sentences, and say what you do not know.\n",
      count: 40
    )

  /// The prompt of the next turn.
  private(set) var prompt: String

  init(instructions: String = Self.instructions) {
    prompt = instructions.isEmpty ? "" : "system: \(instructions)\n"
  }

  /// A user says something.
  mutating func ask(_ line: String) { prompt += "user: \(line)\nassistant: " }

  /// The answer to it, which the next turn starts with.
  mutating func answer(_ text: String) { prompt += text + "\n" }
}
