import Basics

/// Members of messages, of their parts and of what is in those that mean something for a prompt.
enum PromptMember {
  case role, content, text, type, thought, medium, id, state, remark, index, parsed, cacheMark

  private static let names: [(StaticString, PromptMember)] = [
    ("role", .role), ("content", .content), ("text", .text), ("type", .type),
    ("reasoning", .thought), ("reasoning_content", .thought), ("url", .medium), ("data", .medium),
    ("image_url", .medium), ("file_data", .medium), ("id", .id), ("status", .state),
    ("parsed", .state), ("annotations", .remark), ("citations", .remark), ("logprobs", .remark),
    ("index", .index), ("parsed_arguments", .parsed), ("cache_control", .cacheMark),
  ]

  /// The member of a key; nil for one that means nothing.
  init?(_ key: Span<UInt8>) {
    guard let known = Self.names.first(where: { key.equals($0.0) })?.1 else { return nil }
    self = known
  }
}
