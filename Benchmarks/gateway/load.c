// Load for an OpenAI-compatible API: conversations of several turns, or many slow streams.
//
//   load PORT NAME=VALUE...
//
// Conversations: each has `turns` requests, whose bodies have `size` bytes in the middle of it. An
// eighth is the same system prompt for all; each turn brings the answers before it and a new
// question of a sixteenth. `window` conversations are open at a time and take turns; each request
// of one waits for the one before. Closed loop over `connections` for `seconds`, or until `total`
// requests were answered; or `rate` requests a second, whose latency counts from when they were due.
//
// Streams (streams=N): N at once, of `tokens` events each, opened over `seconds`; each event must
// have the number of its stream and the next one of its own.
//
// Prints JSON. `first` is the number of the first conversation, for caches to meet none twice.
#include "wire.h"

enum { TURNS_MAX = 16, WINDOW_MAX = 1 << 14, INPUT_BYTES = 16 << 10, HOSTS = 4 };

typedef struct {
  int socket, conversation, is_busy;
  size_t need, have;
  int is_chunked, status;
  double began;
  char head[512], number[NUMBER_DIGITS];
  struct iovec parts[4];
  int part, part_count;
  char input[INPUT_BYTES];
  size_t input_count;
} Client;

static int port, epoll, turns, window;
static size_t size;
static const char *answer_words = "wordwordwordwordwordwordwordword";

static const char *option(int count, char **arguments, const char *name, const char *otherwise) {
  size_t length = strlen(name);
  for (int index = 2; index < count; index++) {
    const char *argument = arguments[index];
    if (!strncmp(argument, name, length) && argument[length] == '=') return argument + length + 1;
  }
  return otherwise;
}

static int connect_to(int host) {
  struct sockaddr_in from = loopback(host, 0), to = loopback(1, port);
  int made = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  // Thousands of connections are more than one address may have at some servers.
  setsockopt(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind(made, (void *)&from, sizeof from) != 0) die("bind");
  if (connect(made, (void *)&to, sizeof to) != 0) die("connect");
  no_delay(made);
  return made;
}

// MARK: Conversations

// Bodies of each turn, cut where the number of the conversation goes.
static char *before;
static char *after[TURNS_MAX];
static size_t before_count, after_count[TURNS_MAX];

static void append_words(Buffer *buffer, size_t count) {
  static const char *const list[] = {"the ", "model ", "reads ", "a ", "long ", "text ",
                                     "and ", "answers ", "it ", "with ", "care "};
  unsigned state = buffer->end;
  while (count > 0) {
    const char *word = list[(state = state * 1103515245 + 12345) / 65536 % 11];
    size_t length = strlen(word) < count ? strlen(word) : count;
    buffer_append(buffer, word, length);
    count -= length;
  }
}

static void make_bodies(int is_streamed) {
  Buffer start = {0};
  buffer_format(&start, "{\"model\":\"mock\",\"max_tokens\":8,%s\"messages\":[{\"role\":\"system\","
                        "\"content\":\"", is_streamed ? "\"stream\":true," : "");
  append_words(&start, size / 8);
  buffer_format(&start, "\"},{\"role\":\"user\",\"content\":\"" CONVERSATION);
  before = start.bytes;
  before_count = buffer_count(&start);
  Buffer text = {0};
  size_t question = size / 16;
  size_t grows = question + strlen(answer_words) + 62;
  // The mean of all turns has the size that was asked for.
  size_t taken = before_count + grows * (turns - 1) / 2 + 20;
  buffer_format(&text, "] ");
  append_words(&text, size > taken + 64 ? size - taken : 64);
  for (int turn = 0; turn < turns; turn++) {
    if (turn > 0) {
      buffer_format(&text, "\"},{\"role\":\"assistant\",\"content\":\"%s\"},"
                           "{\"role\":\"user\",\"content\":\"", answer_words);
      append_words(&text, question);
    }
    after_count[turn] = buffer_count(&text) + 4;
    after[turn] = must(malloc(after_count[turn]));
    memcpy(after[turn], text.bytes, buffer_count(&text));
    memcpy(after[turn] + buffer_count(&text), "\"}]}", 4);
  }
  buffer_free(&text);
}

static long numbers[WINDOW_MAX], next_number;
static int turn_of[WINDOW_MAX], is_open[WINDOW_MAX], next_conversation;

// The next conversation that waits for no answer.
static int take_conversation(void) {
  int index;
  do index = next_conversation++ % window;
  while (is_open[index]);
  is_open[index] = 1;
  return index;
}

static void send_rest(Client *client) {
  while (client->part < client->part_count) {
    ssize_t count = writev(client->socket, client->parts + client->part,
                           client->part_count - client->part);
    if (count < 0 && errno != EAGAIN) return;
    if (count < 0) break;
    while (count > 0) {
      struct iovec *part = &client->parts[client->part];
      size_t taken = (size_t)count < part->iov_len ? (size_t)count : part->iov_len;
      part->iov_base = (char *)part->iov_base + taken;
      part->iov_len -= taken;
      count -= taken;
      if (part->iov_len == 0) client->part++;
    }
  }
  int waits = client->part < client->part_count;
  watch(epoll, EPOLL_CTL_MOD, client->socket, EPOLLIN | (waits ? EPOLLOUT : 0), client);
}

static void ask(Client *client, double began) {
  int index = client->conversation = take_conversation();
  int turn = turn_of[index];
  int count = snprintf(client->head, sizeof client->head,
                       "POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                       before_count + NUMBER_DIGITS + after_count[turn]);
  char digits[NUMBER_DIGITS + 1];
  snprintf(digits, sizeof digits, "%010ld", numbers[index]);
  memcpy(client->number, digits, NUMBER_DIGITS);
  client->parts[0] = (struct iovec){client->head, count};
  client->parts[1] = (struct iovec){before, before_count};
  client->parts[2] = (struct iovec){client->number, NUMBER_DIGITS};
  client->parts[3] = (struct iovec){after[turn], after_count[turn]};
  client->part = 0;
  client->part_count = 4;
  client->need = client->input_count = 0;
  client->is_chunked = 0;
  client->is_busy = 1;
  client->began = began;
  ssize_t whole = count + before_count + NUMBER_DIGITS + after_count[turn];
  ssize_t taken = writev(client->socket, client->parts, 4);
  if (taken == whole) {
    client->part = 4;
    return;
  }
  for (; taken > 0;) {
    struct iovec *part = &client->parts[client->part];
    size_t some = (size_t)taken < part->iov_len ? (size_t)taken : part->iov_len;
    part->iov_base = (char *)part->iov_base + some;
    part->iov_len -= some;
    taken -= some;
    if (part->iov_len == 0) client->part++;
  }
  send_rest(client);
}

// Reads what came of an answer; 1 when it is whole, -1 when the connection ended.
static int read_answer(Client *client) {
  ssize_t count = read(client->socket, client->input + client->input_count,
                       sizeof client->input - 1 - client->input_count);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) return -1;
  client->input_count += count;
  client->input[client->input_count] = 0;
  if (client->need == 0 && !client->is_chunked) {
    char *end = strstr(client->input, "\r\n\r\n");
    if (end == NULL) return 0;
    client->status = atoi(client->input + 9);
    char *length = strcasestr(client->input, "\ncontent-length:");
    client->is_chunked = length == NULL || length > end;
    if (!client->is_chunked)
      client->need = end + 4 - client->input + strtoul(length + 16, NULL, 10);
  }
  if (!client->is_chunked) {
    if (client->need >= sizeof client->input) return -1;
    return client->input_count >= client->need;
  }
  if (client->input_count >= 5 && !memcmp(client->input + client->input_count - 5, "0\r\n\r\n", 5))
    return 1;
  if (client->input_count > sizeof client->input - 2048) {
    memmove(client->input, client->input + client->input_count - 16, 16);
    client->input_count = 16;
  }
  return 0;
}

static int compare(const void *one, const void *other) {
  float a = *(const float *)one, b = *(const float *)other;
  return (a > b) - (a < b);
}

static void converse(int count, char **arguments) {
  int connections = atoi(option(count, arguments, "connections", "32"));
  double rate = atof(option(count, arguments, "rate", "0"));
  double seconds = atof(option(count, arguments, "seconds", "2"));
  long total = atol(option(count, arguments, "total", "0"));
  make_bodies(atoi(option(count, arguments, "stream", "0")));
  next_number = atol(option(count, arguments, "first", "0"));
  int mixed = total == 0;
  for (int index = 0; index < window; index++) {
    numbers[index] = next_number++;
    // Conversations are at all stages from the start, unless all are to be told whole.
    turn_of[index] = mixed ? index % turns : 0;
  }
  Client *clients = must(calloc(connections, sizeof *clients));
  Client **idle = must(calloc(connections, sizeof *idle));
  int idle_count = 0;
  for (int index = 0; index < connections; index++) {
    clients[index].socket = connect_to(1);
    watch(epoll, EPOLL_CTL_ADD, clients[index].socket, EPOLLIN, &clients[index]);
    idle[idle_count++] = &clients[index];
  }
  size_t room = 1 << 16, done = 0;
  float *latencies = must(malloc(room * sizeof *latencies));
  long sent = 0, failed = 0;
  double start = now(), due = start, end = total > 0 ? 1e18 : start + seconds;
  char fault[200] = "";
  while (now() < end && (total == 0 || (long)done < total)) {
    double time = now();
    while (idle_count > 0 && (total == 0 || sent < total) && (rate == 0 || due <= time)) {
      ask(idle[--idle_count], rate > 0 ? due : now());
      if (rate > 0) due += 1 / rate;
      sent++;
    }
    double wait = rate > 0 && idle_count > 0 ? due - now() : 0.1;
    if (wait < 0) wait = 0;
    struct timespec limit = {0, wait > 0.1 ? 100000000 : (long)(wait * 1e9)};
    struct epoll_event events[128];
    int ready = epoll_pwait2(epoll, events, 128, &limit, NULL);
    for (int index = 0; index < ready; index++) {
      Client *client = events[index].data.ptr;
      if (events[index].events & EPOLLOUT) send_rest(client);
      if (!(events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
      int whole = read_answer(client);
      if (whole == 0) continue;
      if (whole < 0 || client->status != 200) {
        if (fault[0] == 0 && whole > 0) snprintf(fault, sizeof fault, "%.150s", client->input);
        failed++;
      }
      if (whole < 0) {
        close(client->socket);
        client->socket = connect_to(1);
        watch(epoll, EPOLL_CTL_ADD, client->socket, EPOLLIN, client);
        if (!client->is_busy) continue;
      }
      if (done == room) latencies = must(realloc(latencies, (room *= 2) * sizeof *latencies));
      latencies[done++] = (now() - client->began) * 1e6;
      int conversation = client->conversation;
      is_open[conversation] = client->is_busy = 0;
      if (++turn_of[conversation] == turns) {
        turn_of[conversation] = 0;
        numbers[conversation] = next_number++;
      }
      idle[idle_count++] = client;
    }
  }
  double took = now() - start;
  qsort(latencies, done, sizeof *latencies, compare);
#define QUANTILE(q) (done > 0 ? latencies[(size_t)((done - 1) * (q))] : 0.0)
  if (fault[0] != 0) fprintf(stderr, "%s\n", fault);
  printf("{\"requests\":%zu,\"seconds\":%.4f,\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,"
         "\"failed\":%ld,\"next\":%ld}\n",
         done, took, QUANTILE(0.5), QUANTILE(0.9), QUANTILE(0.99), failed, next_number);
}

// MARK: Streams

typedef struct {
  int socket, seen, is_over;
  long misplaced;
  char rest[128];
  int rest_count;
  char number[NUMBER_DIGITS + 1];
} Stream;

// Counts the tokens `<number:index>` of a stream, which may be cut anywhere.
static void take_tokens(Stream *stream, const char *bytes, size_t count) {
  static char text[(64 << 10) + sizeof stream->rest];
  memcpy(text, stream->rest, stream->rest_count);
  memcpy(text + stream->rest_count, bytes, count);
  size_t whole = stream->rest_count + count, token = NUMBER_DIGITS + 9, offset = 0;
  char *end = text + whole, *found = text;
  while ((found = memchr(found, '<', end - found)) != NULL && found + token <= end) {
    int is_its_own = !memcmp(found + 1, stream->number, NUMBER_DIGITS);
    if (!is_its_own || atoi(found + NUMBER_DIGITS + 2) != stream->seen) stream->misplaced++;
    stream->seen++;
    found += token;
    offset = found - text;
  }
  if (memmem(text + offset, whole - offset, "[DONE]", 6) != NULL) stream->is_over = 1;
  size_t keeps = whole - offset < sizeof stream->rest - 1 ? whole - offset : sizeof stream->rest - 1;
  memcpy(stream->rest, end - keeps, keeps);
  stream->rest_count = keeps;
}

static void open_stream(Stream *stream, long number, int tokens) {
  char body[512], request[1024];
  stream->socket = connect_to(1 + number % HOSTS);
  snprintf(stream->number, sizeof stream->number, "%010ld", number);
  int count = snprintf(body, sizeof body,
                       "{\"model\":\"mock\",\"stream\":true,\"max_tokens\":%d,\"messages\":[{\"role\":"
                       "\"user\",\"content\":\"" CONVERSATION "%s] hello\"}]}",
                       tokens, stream->number);
  int whole = snprintf(request, sizeof request,
                       "POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nContent-Type: "
                       "application/json\r\nContent-Length: %d\r\n\r\n%s", count, body);
  if (write(stream->socket, request, whole) != whole) die("write");
  watch(epoll, EPOLL_CTL_ADD, stream->socket, EPOLLIN, stream);
}

static void read_streams(int count, char **arguments) {
  int wanted = atoi(option(count, arguments, "streams", "1"));
  int tokens = atoi(option(count, arguments, "tokens", "10"));
  double seconds = atof(option(count, arguments, "seconds", "5"));
  long first = atol(option(count, arguments, "first", "0"));
  Stream *streams = must(calloc(wanted, sizeof *streams));
  int opened = 0, over = 0, most = 0;
  long lost = 0;
  double start = now(), heard = start;
  static char bytes[64 << 10];
  // A stream that is silent for half a minute is lost.
  while (over < wanted && now() - heard < 30) {
    while (opened < wanted && opened < (now() - start) / seconds * wanted) {
      open_stream(&streams[opened], first + opened, tokens);
      if (++opened % 32 == 0) break;
    }
    if (opened - over > most) most = opened - over;
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, 5);
    for (int index = 0; index < ready; index++) {
      Stream *stream = events[index].data.ptr;
      ssize_t some = read(stream->socket, bytes, sizeof bytes);
      heard = now();
      if (some > 0) take_tokens(stream, bytes, some);
      if (some > 0 && !stream->is_over) continue;
      if (!stream->is_over) lost++;
      close(stream->socket);
      over++;
    }
  }
  long taken = 0, misplaced = 0, incomplete = 0;
  for (int index = 0; index < wanted; index++) {
    taken += streams[index].seen;
    misplaced += streams[index].misplaced;
    incomplete += streams[index].seen != tokens;
  }
  printf("{\"streams\":%d,\"at_once\":%d,\"tokens\":%ld,\"misplaced\":%ld,\"incomplete\":%ld,"
         "\"cut_off\":%ld,\"seconds\":%.2f}\n",
         over, most, taken, misplaced, incomplete, lost, now() - start);
}

int main(int count, char **arguments) {
  if (count < 2) return fprintf(stderr, "load PORT NAME=VALUE...\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  port = atoi(arguments[1]);
  epoll = epoll_create1(0);
  size = atol(option(count, arguments, "size", "8192"));
  turns = atoi(option(count, arguments, "turns", "4"));
  window = atoi(option(count, arguments, "window", "256"));
  if (turns < 1 || turns > TURNS_MAX || window < 1 || window > WINDOW_MAX) return 2;
  if (atoi(option(count, arguments, "streams", "0")) > 0) read_streams(count, arguments);
  else converse(count, arguments);
}
