#ifndef HEARTH_PROTO_H
#define HEARTH_PROTO_H

#include <protobuf-c/protobuf-c.h>
#include <string.h>

// A string that protobuf-c decoded into an arena: the 8 bytes before each of the arena's
// allocations hold its size, here the length and a terminator. So the length is known although
// protobuf-c keeps only a C string, and an embedded NUL can't hide what follows it.
static inline size_t hearth_text_length(const char *text) {
  if (text == NULL || text == protobuf_c_empty_string) return 0;
  uint64_t size;
  memcpy(&size, text - sizeof(size), sizeof(size));
  return (size_t)size - 1;
}

static inline int hearth_contains_nul(const void *bytes, size_t count) {
  return count > 0 && memchr(bytes, 0, count) != NULL;
}

// A .proto file as server reflection hands it out.
struct hearth_file {
  // Path below the root of the .proto files.
  const char *name;
  // Serialised google.protobuf.FileDescriptorProto without comments.
  const uint8_t *bytes;
  size_t count;
  // Full names of its services, and of all it declares; each list ends with NULL.
  const char *const *services;
  const char *const *symbols;
};

// The files in order of name; the last has a NULL name.
const struct hearth_file *hearth_files(void);

#endif
