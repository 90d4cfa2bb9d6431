// What the mock engines and the load have in common: sockets, clocks, buffers.
#pragma once
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// Every conversation says its number like this, so that its tokens can be told from others'.
#define CONVERSATION "[conversation "
enum { NUMBER_DIGITS = 10 };

static inline double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static inline void *must(void *memory) {
  if (memory == NULL) abort();
  return memory;
}

static inline void die(const char *what) {
  perror(what);
  exit(1);
}

// Bytes that grow at the end and are taken from the start.
typedef struct {
  char *bytes;
  size_t start, end, capacity;
} Buffer;

static inline size_t buffer_count(const Buffer *buffer) { return buffer->end - buffer->start; }

static inline char *buffer_room(Buffer *buffer, size_t count) {
  if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
  if (buffer->end + count > buffer->capacity && buffer->start > 0) {
    memmove(buffer->bytes, buffer->bytes + buffer->start, buffer_count(buffer));
    buffer->end -= buffer->start;
    buffer->start = 0;
  }
  if (buffer->end + count > buffer->capacity) {
    size_t doubled = buffer->capacity * 2;
    buffer->capacity = buffer->end + count > doubled ? buffer->end + count : doubled;
    buffer->bytes = must(realloc(buffer->bytes, buffer->capacity));
  }
  return buffer->bytes + buffer->end;
}

static inline void buffer_append(Buffer *buffer, const void *bytes, size_t count) {
  memcpy(buffer_room(buffer, count), bytes, count);
  buffer->end += count;
}

static inline void __attribute__((format(printf, 2, 3)))
buffer_format(Buffer *buffer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *room = buffer_room(buffer, 1024);
  int count = vsnprintf(room, 1024, format, arguments);
  va_end(arguments);
  if (count < 0 || count >= 1024) abort();
  buffer->end += count;
}

static inline void buffer_free(Buffer *buffer) {
  free(buffer->bytes);
  *buffer = (Buffer){0};
}

static inline void no_delay(int socket) {
  int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static inline struct sockaddr_in loopback(uint8_t host, int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET,
      .sin_port = htons(port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host),
  };
}

static inline void watch(int epoll, int operation, int socket, uint32_t events, void *data) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(epoll, operation, socket, &event) != 0) die("epoll_ctl");
}
