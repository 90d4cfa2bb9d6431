// The prefix cache of a mock engine: which blocks of which prompts it has.
#pragma once
#include "wire.h"

enum { BLOCK_BYTES = 64, BLOCK_TOKENS = 16 };

typedef struct {
  uint64_t hash;
  int bucket_next, newer, older;
} Block;

// A table of chained buckets, and a list from the most to the least recently used.
typedef struct {
  Block *blocks;
  int *buckets;
  int count, capacity, mask, newest, oldest;
} Cache;

static void cache_make(Cache *cache, int capacity) {
  int buckets = 1;
  while (buckets < capacity * 2) buckets *= 2;
  free(cache->blocks);
  free(cache->buckets);
  cache->blocks = must(calloc(capacity, sizeof *cache->blocks));
  cache->buckets = must(malloc(buckets * sizeof *cache->buckets));
  memset(cache->buckets, -1, buckets * sizeof *cache->buckets);
  cache->capacity = capacity;
  cache->mask = buckets - 1;
  cache->count = 0;
  cache->newest = cache->oldest = -1;
}

static int cache_find(Cache *cache, uint64_t hash) {
  int index = cache->buckets[hash & cache->mask];
  while (index >= 0 && cache->blocks[index].hash != hash) index = cache->blocks[index].bucket_next;
  return index;
}

static void cache_unlist(Cache *cache, int index) {
  Block *block = &cache->blocks[index];
  if (block->newer >= 0) cache->blocks[block->newer].older = block->older;
  else cache->newest = block->older;
  if (block->older >= 0) cache->blocks[block->older].newer = block->newer;
  else cache->oldest = block->newer;
}

static void cache_use(Cache *cache, uint64_t hash) {
  int index = cache_find(cache, hash);
  if (index >= 0) {
    cache_unlist(cache, index);
  } else {
    if (cache->count < cache->capacity) {
      index = cache->count++;
    } else {
      index = cache->oldest;
      cache_unlist(cache, index);
      int *link = &cache->buckets[cache->blocks[index].hash & cache->mask];
      while (*link != index) link = &cache->blocks[*link].bucket_next;
      *link = cache->blocks[index].bucket_next;
    }
    cache->blocks[index].hash = hash;
    cache->blocks[index].bucket_next = cache->buckets[hash & cache->mask];
    cache->buckets[hash & cache->mask] = index;
  }
  cache->blocks[index].newer = -1;
  cache->blocks[index].older = cache->newest;
  if (cache->newest >= 0) cache->blocks[cache->newest].newer = index;
  cache->newest = index;
  if (cache->oldest < 0) cache->oldest = index;
}

static uint64_t chain(uint64_t hash, const char *block) {
  for (int offset = 0; offset < BLOCK_BYTES; offset += 8) {
    uint64_t word;
    memcpy(&word, block + offset, 8);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash;
}

// Looks the text up and keeps it; how many tokens of it were found.
static long cache_take(Cache *cache, const char *text, size_t count, size_t looked_up) {
  static uint64_t hashes[1 << 17];
  size_t blocks = count / BLOCK_BYTES;
  if (blocks > sizeof hashes / sizeof *hashes) blocks = sizeof hashes / sizeof *hashes;
  uint64_t hash = 1;
  size_t found = 0;
  for (size_t index = 0; index < blocks; index++) {
    hashes[index] = hash = chain(hash, text + index * BLOCK_BYTES);
    if (found == index && (index + 1) * BLOCK_BYTES <= looked_up && cache_find(cache, hash) >= 0)
      found++;
  }
  // The end of a text goes before its beginning.
  for (size_t index = blocks; index-- > 0;) cache_use(cache, hashes[index]);
  return found * BLOCK_TOKENS;
}
