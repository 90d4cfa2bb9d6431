// Mock engines with an OpenAI-compatible API, fast enough that no router waits for them.
//
//   engine PORT COUNT [GAP_MS [PREFILL [BLOCKS]]]
//
// One thread serves COUNT engines on the ports from PORT on. Each has a prefix cache of its own:
// 64 bytes of the messages are a block of 16 tokens, found by the hash of all that comes before;
// the least recently used of BLOCKS goes. A prompt and its answer are kept, and the usage says how
// much was found. Prompts are computed one after the other, PREFILL tokens a second of those that
// were not found; 0 takes no time. A streamed answer has max_tokens events, one each GAP_MS, each
// with the number of its conversation and its own; GAP_MS 0 sends them as fast as they are taken.
//
// GET /counts says what each engine was asked, POST /reset forgets that and empties the caches.
#include "cache.h"
#include "wire.h"

enum { ENGINES_MAX = 64, QUEUE_BYTES = 64 << 10 };

typedef struct {
  int port, listener;
  Cache cache;
  long requests, prompt_tokens, cached_tokens, running;
  // When it has computed all prompts that it has.
  double free_at;
} Engine;

typedef struct Connection {
  int socket;
  Engine *engine;
  Buffer input, output;
  int is_writing;
  // A streamed answer that is on its way.
  int tokens, sent, wants_usage;
  long prompt_tokens, cached_tokens;
  char number[NUMBER_DIGITS + 1];
  double due;
  struct Connection *next_due, *previous_due;
  int is_due_listed, is_closed;
  // Whether its prompt is not computed yet.
  int is_held;
} Connection;

static Engine engines[ENGINES_MAX];
static int engine_count, epoll;
static double gap, prefill;
// By when they are due; most are due last when they are listed.
static Connection *first_due, *last_due;

// MARK: Answers

static void close_connection(Connection *connection) {
  if (connection->is_closed) return;
  connection->is_closed = 1;
  if (connection->tokens > 0) connection->engine->running--;
  connection->tokens = 0;
  close(connection->socket);
  buffer_free(&connection->input);
  buffer_free(&connection->output);
  if (!connection->is_due_listed) free(connection);
}

static void flush_output(Connection *connection) {
  Buffer *output = &connection->output;
  while (buffer_count(output) > 0) {
    ssize_t count = write(connection->socket, output->bytes + output->start, buffer_count(output));
    // Who is gone is found out by reading.
    if (count < 0) break;
    output->start += count;
  }
  int waits = buffer_count(output) > 0;
  if (waits == connection->is_writing) return;
  connection->is_writing = waits;
  watch(epoll, EPOLL_CTL_MOD, connection->socket, EPOLLIN | (waits ? EPOLLOUT : 0), connection);
}

static void answer(Connection *connection, const char *type, const char *body, size_t count) {
  buffer_format(&connection->output,
                "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type, count);
  buffer_append(&connection->output, body, count);
}

static void send_chunk(Connection *connection, const char *text) {
  buffer_format(&connection->output, "%zx\r\n%s\r\n", strlen(text), text);
}

#define CHUNK                                                                    \
  "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1," \
  "\"model\":\"mock\",\"choices\":["
#define USAGE                                                                     \
  "\"usage\":{\"prompt_tokens\":%ld,\"completion_tokens\":%d,\"total_tokens\":%ld," \
  "\"prompt_tokens_details\":{\"cached_tokens\":%ld}}"

static void send_token(Connection *connection) {
  char event[512];
  int is_last = ++connection->sent == connection->tokens;
  snprintf(event, sizeof event,
           CHUNK "{\"index\":0,\"delta\":{\"content\":\"<%s:%06d>\"},\"finish_reason\":%s}]}\n\n",
           connection->number, connection->sent - 1, is_last ? "\"stop\"" : "null");
  send_chunk(connection, event);
  if (!is_last) return;
  if (connection->wants_usage) {
    snprintf(event, sizeof event, CHUNK "]," USAGE "}\n\n", connection->prompt_tokens,
             connection->tokens, connection->prompt_tokens + connection->tokens,
             connection->cached_tokens);
    send_chunk(connection, event);
  }
  send_chunk(connection, "data: [DONE]\n\n");
  buffer_append(&connection->output, "0\r\n\r\n", 5);
  connection->tokens = 0;
  connection->engine->running--;
}

// Sends what waits, and as much of an answer without gaps as is taken.
static void send_all(Connection *connection) {
  if (connection->is_held) return;
  do {
    while (gap == 0 && connection->tokens > 0 && buffer_count(&connection->output) < QUEUE_BYTES)
      send_token(connection);
    flush_output(connection);
  } while (gap == 0 && connection->tokens > 0 && !connection->is_writing);
}

static void list_due(Connection *connection, double due) {
  Connection *before = last_due;
  while (before != NULL && before->due > due) before = before->previous_due;
  Connection *after = before != NULL ? before->next_due : first_due;
  connection->due = due;
  connection->is_due_listed = 1;
  connection->previous_due = before;
  connection->next_due = after;
  if (before != NULL) before->next_due = connection;
  else first_due = connection;
  if (after != NULL) after->previous_due = connection;
  else last_due = connection;
}

static void send_due(void) {
  double time = now();
  while (first_due != NULL && first_due->due <= time) {
    Connection *connection = first_due;
    first_due = connection->next_due;
    if (first_due != NULL) first_due->previous_due = NULL;
    else last_due = NULL;
    connection->is_due_listed = 0;
    if (connection->is_closed) {
      free(connection);
      continue;
    }
    if (!connection->is_held) send_token(connection);
    connection->is_held = 0;
    send_all(connection);
    if (gap > 0 && connection->tokens > 0) list_due(connection, connection->due + gap);
  }
}

// What is sent instead of an answer of so many tokens that are not streamed.
static const char *words(int tokens) {
  static char text[4096];
  if (tokens > 1000) tokens = 1000;
  for (int index = 0; index < tokens; index++) memcpy(text + index * 4, "word", 4);
  text[tokens * 4] = 0;
  return text;
}

static long number_after(const char *body, size_t count, const char *key, long otherwise) {
  const char *found = memmem(body, count, key, strlen(key));
  return found == NULL ? otherwise : strtol(found + strlen(key), NULL, 10);
}

// Sends nothing before so many tokens are computed, after those of earlier prompts.
static void hold(Connection *connection, long tokens) {
  double time = now();
  Engine *engine = connection->engine;
  if (engine->free_at < time) engine->free_at = time;
  engine->free_at += tokens / prefill;
  connection->is_held = 1;
  list_due(connection, engine->free_at);
}

static void complete_chat(Connection *connection, char *body, size_t count) {
  Engine *engine = connection->engine;
  int is_streamed = memmem(body, count, "\"stream\":true", 13) != NULL;
  int tokens = number_after(body, count, "\"max_tokens\":", 8);
  char *messages = memmem(body, count, "\"messages\":[", 12);
  char *end = memrchr(body, ']', count);
  size_t text = messages != NULL && end != NULL && end > messages ? end - messages : 0;
  // The answer as the next turn of the conversation brings it is kept too.
  static Buffer kept;
  kept.start = kept.end = 0;
  if (text > 0) buffer_append(&kept, messages, text);
  if (!is_streamed) {
    const char *text = words(tokens);
    buffer_format(&kept, ",{\"role\":\"assistant\",\"content\":\"");
    buffer_append(&kept, text, strlen(text));
    buffer_append(&kept, "\"}", 2);
  }
  long cached = cache_take(&engine->cache, kept.bytes + kept.start, buffer_count(&kept), text);
  long prompt = text / 4;
  engine->requests++;
  engine->prompt_tokens += prompt;
  engine->cached_tokens += cached;
  if (is_streamed) {
    buffer_format(&connection->output, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n");
    const char *number = memmem(body, count, CONVERSATION, strlen(CONVERSATION));
    memset(connection->number, '0', NUMBER_DIGITS);
    if (number != NULL) memcpy(connection->number, number + strlen(CONVERSATION), NUMBER_DIGITS);
    connection->tokens = tokens < 1 ? 1 : tokens;
    connection->sent = 0;
    connection->wants_usage = memmem(body, count, "\"include_usage\":true", 20) != NULL;
    connection->prompt_tokens = prompt;
    connection->cached_tokens = cached;
    engine->running++;
    if (prefill > 0) hold(connection, prompt - cached);
    else if (gap > 0) list_due(connection, now() + gap);
    return;
  }
  static char reply[8192];
  int size = snprintf(reply, sizeof reply,
                      "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,"
                      "\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
                      "\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}]," USAGE "}",
                      words(tokens), prompt, tokens, prompt + tokens, cached);
  answer(connection, "application/json", reply, size);
  if (prefill > 0) hold(connection, prompt - cached);
}

// A stand-in for a tokenizer, which vllm-router asks: a number for each four bytes.
static void tokenize(Connection *connection, const char *key, char *body, size_t count) {
  static Buffer reply;
  reply.start = reply.end = 0;
  char *messages = memmem(body, count, "\"messages\":[", 12);
  size_t text = messages != NULL ? count - (messages - body) : 0;
  buffer_format(&reply, "{\"count\":%zu,\"max_model_len\":131072,\"%s\":[", text / 4, key);
  for (size_t index = 0; index + 4 <= text; index += 4) {
    uint32_t word;
    memcpy(&word, messages + index, 4);
    buffer_format(&reply, "%s%u", index > 0 ? "," : "", word % 50000);
  }
  buffer_append(&reply, "]}", 2);
  answer(connection, "application/json", reply.bytes + reply.start, buffer_count(&reply));
}

static void answer_counts(Connection *connection) {
  Buffer reply = {0};
  for (int index = 0; index < engine_count; index++) {
    Engine *engine = &engines[index];
    buffer_format(&reply, "%s{\"requests\":%ld,\"prompt\":%ld,\"cached\":%ld,\"running\":%ld}",
                  index > 0 ? "," : "[", engine->requests, engine->prompt_tokens,
                  engine->cached_tokens, engine->running);
  }
  buffer_append(&reply, "]", 1);
  answer(connection, "application/json", reply.bytes, buffer_count(&reply));
  buffer_free(&reply);
}

// MARK: Requests

static int starts(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

static void serve(Connection *connection, char *head, char *body, size_t count) {
  static const char json[] = "application/json";
  static const char models[] =
      "{\"object\":\"list\",\"data\":[{\"id\":\"mock\",\"object\":\"model\",\"created\":1,"
      "\"owned_by\":\"mock\",\"max_model_len\":131072}]}";
  static const char facts[] =
      "{\"model_path\":\"mock\",\"tokenizer_path\":\"mock\",\"served_model_name\":\"mock\","
      "\"model_id\":\"mock\",\"is_generation\":true,\"dp_size\":1,\"version\":\"0.5.0\"}";
  if (starts(head, "POST /v1/chat/completions/render")) tokenize(connection, "token_ids", body, count);
  else if (starts(head, "POST /tokenize")) tokenize(connection, "tokens", body, count);
  else if (starts(head, "POST /reset")) {
    for (int index = 0; index < engine_count; index++) {
      Engine *engine = &engines[index];
      cache_make(&engine->cache, engine->cache.capacity);
      engine->requests = engine->prompt_tokens = engine->cached_tokens = 0;
    }
    answer(connection, json, "{}", 2);
  } else if (starts(head, "POST ")) complete_chat(connection, body, count);
  else if (starts(head, "GET /counts")) answer_counts(connection);
  else if (starts(head, "GET /v1/models")) answer(connection, json, models, strlen(models));
  else if (starts(head, "GET /metrics") || starts(head, "GET /health"))
    answer(connection, "text/plain", "", 0);
  else answer(connection, json, facts, strlen(facts));
}

// Serves the requests that are complete.
static void take_requests(Connection *connection) {
  Buffer *input = &connection->input;
  while (connection->tokens == 0 && !connection->is_held && buffer_count(input) > 0) {
    *buffer_room(input, 1) = 0;
    char *head = input->bytes + input->start;
    char *end = strstr(head, "\r\n\r\n");
    if (end == NULL) return;
    char *length = strcasestr(head, "content-length:");
    size_t count = length != NULL && length < end ? strtoul(length + 15, NULL, 10) : 0;
    size_t whole = end + 4 - head + count;
    if (buffer_count(input) < whole) return;
    serve(connection, head, end + 4, count);
    input->start += whole;
  }
}

static void accept_all(Engine *engine) {
  int socket;
  while ((socket = accept4(engine->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    no_delay(socket);
    Connection *connection = must(calloc(1, sizeof *connection));
    connection->socket = socket;
    connection->engine = engine;
    watch(epoll, EPOLL_CTL_ADD, socket, EPOLLIN, connection);
  }
}

static void read_from(Connection *connection) {
  char *room = buffer_room(&connection->input, 16 << 10);
  ssize_t count = read(connection->socket, room, 16 << 10);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) return close_connection(connection);
  connection->input.end += count;
  take_requests(connection);
  send_all(connection);
}

static void listen_on(Engine *engine, int port) {
  int on = 1;
  struct sockaddr_in address = loopback(1, port);
  engine->port = port;
  engine->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(engine->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(engine->listener, (void *)&address, sizeof address) != 0) die("bind");
  if (listen(engine->listener, 4096) != 0) die("listen");
  watch(epoll, EPOLL_CTL_ADD, engine->listener, EPOLLIN, engine);
}

int main(int count, char **arguments) {
  if (count < 3) return fprintf(stderr, "engine PORT COUNT [GAP_MS [PREFILL [BLOCKS]]]\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  epoll = epoll_create1(0);
  engine_count = atoi(arguments[2]);
  if (engine_count > ENGINES_MAX) engine_count = ENGINES_MAX;
  gap = count > 3 ? atof(arguments[3]) * 1e-3 : 0;
  prefill = count > 4 ? atof(arguments[4]) : 0;
  for (int index = 0; index < engine_count; index++) {
    listen_on(&engines[index], atoi(arguments[1]) + index);
    cache_make(&engines[index].cache, count > 5 ? atoi(arguments[5]) : 1 << 18);
  }
  for (;;) {
    struct epoll_event events[256];
    double wait = first_due != NULL ? first_due->due - now() : 1;
    struct timespec limit = {0, wait <= 0 ? 0 : wait >= 1 ? 999999999 : (long)(wait * 1e9)};
    int ready = epoll_pwait2(epoll, events, 256, &limit, NULL);
    for (int index = 0; index < ready; index++) {
      void *data = events[index].data.ptr;
      if (data >= (void *)engines && data < (void *)(engines + ENGINES_MAX)) {
        accept_all(data);
        continue;
      }
      if (events[index].events & EPOLLOUT) send_all(data);
      if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_from(data);
    }
    send_due();
  }
}
