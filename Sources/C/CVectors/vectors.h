#ifndef HEARTH_VECTORS_H
#define HEARTH_VECTORS_H

/*
 * What Swift's compiler makes no vectors of: loops over each byte of a text. In C's vectors, which
 * every compiler that builds Swift has for every processor.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t hearth_vector __attribute__((vector_size(16)));

static inline hearth_vector hearth_load(const uint8_t *bytes) {
  hearth_vector vector;
  memcpy(&vector, bytes, sizeof vector);
  return vector;
}

/* How many of the first bytes need no escape in a string of JSON, in steps of 16. */
static inline size_t hearth_plain_bytes(const uint8_t *bytes, size_t count) {
  size_t index = 0;
  for (; index + 16 <= count; index += 16) {
    hearth_vector vector = hearth_load(bytes + index);
    hearth_vector marks =
        (hearth_vector)((vector == '"') | (vector == '\\') | (vector < 0x20));
    uint64_t halves[2];
    memcpy(halves, &marks, sizeof halves);
    if (halves[0] | halves[1]) break;
  }
  return index;
}

/* How many of the first |count| bytes, at most 2,032, are digits, twice, and capitals, once. */
static inline size_t hearth_digits_and_capitals(const uint8_t *bytes, size_t count) {
  hearth_vector sums = {0};
  size_t index = 0, sum = 0;
  for (; index + 16 <= count; index += 16) {
    hearth_vector vector = hearth_load(bytes + index);
    sums += ((hearth_vector)(vector - '0' < 10) & 2) + ((hearth_vector)(vector - 'A' < 26) & 1);
  }
  for (size_t lane = 0; lane < 16; lane++) sum += sums[lane];
  for (; index < count; index++)
    sum += ((uint8_t)(bytes[index] - '0') < 10) * 2 + ((uint8_t)(bytes[index] - 'A') < 26);
  return sum;
}

#endif
