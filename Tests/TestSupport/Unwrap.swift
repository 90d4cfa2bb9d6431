/// The value, which must be there.
///
/// Like `#require`, which is for test targets alone.
func unwrap<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw Missing() }
  return value
}

private struct Missing: Error {}
