// Load generator and mock Claude API in one thread, with a proxy between the two ends.
//
//     loadgen -u UPSTREAM_PORT -x PROXY_PORT -p PID[,PID...] [-c CONNECTIONS] [-s] [-H] [-b BODY_BYTES] [-R RATE]
//             [-W WARM_UP_SECONDS] [-d SECONDS]
//
// One epoll loop plays the clients and the upstream, so that both share a clock and the delay of every single event
// through the proxy is exact. In a stream the next event is sent only when the one before has arrived: nobody on the
// way can save work by merging events. After the measured time no request is started, and those under way are let
// finish, so that `whole` is exactly the number of good answers. Prints one JSON object.
//
//   (default)  JSON answers of about 2 KB, every connection asks again at once
//   -R RATE    JSON answers, this many requests a second over all connections, timed from when they were due
//   -s         streams of 105 events
//   -H         streams that send one event and then stay open
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_LIMIT 16384
#define SAMPLE_LIMIT 12000000
#define DUE_LIMIT 65536
#define DELTAS 100
#define STREAM_EVENTS (DELTAS + 5)
#define ANSWER_BYTES 2048
#define DRAIN_NS 10000000000ull
#define EVENTS_AT_ONCE 512

enum kind { LISTENER, UPSTREAM, CLIENT };
enum state { CONNECTING, IN_HEAD, IN_SIZED_BODY, IN_CHUNK_SIZE, IN_CHUNK, AFTER_CHUNK, AFTER_LAST_CHUNK };

// A connection that the proxy has opened to us.
struct upstream {
    enum kind kind;
    int fd, stream, head_length, body_start_length;
    bool in_body, credential_ok, closed;
    long body_left;
    char *pending; // what the socket did not take
    int pending_start, pending_end, pending_capacity;
    char head[HEAD_LIMIT], body_start[256];
};

// The stream that answers one client; `upstream` is null when none is under way.
struct stream {
    struct upstream *upstream;
    int sent, received;
    uint64_t sent_at;
};

// A connection of ours to the proxy.
struct client {
    enum kind kind;
    int fd, id, request_length, request_sent, head_length, status, size_line_length, events;
    enum state state;
    bool busy, wants_write, awaits_first_event, ended_by_newline, close_after;
    long left, body_bytes;
    uint64_t started;
    char *request, size_line[32], head[HEAD_LIMIT];
};

// Durations in units of 100 ns.
struct samples {
    uint32_t *values;
    size_t count;
};

static struct {
    int upstream_port, proxy_port, connections, body_bytes, pids[64], pid_count;
    bool streaming, hold;
    double seconds, warm_up, rate;
} options = {9001, 8080, 16, 20000, {0}, 0, false, false, 2, 0.7, 0};

static struct {
    uint64_t requests, events, whole;                   // `whole` counts the warm-up and the end as well
    uint64_t broken, wrong, bad_credential, unconnected; // each of them should stay 0
    char message[200];                                   // about the first that did not
} counts;

static int poller;
static struct stream *streams;
static struct client *clients;
static struct samples latencies, first_events, event_delays;
static bool measuring, stopping;

static char *json_answer, *stream_pieces[6];
static int json_answer_length, json_body_length, stream_piece_lengths[6];
static long stream_body_length;

// With a fixed rate: connections that are free, and requests that are due but found none free.
static int *free_clients, free_count;
static uint64_t *due, due_first, due_end, next_due, due_step;

static char buffer[1 << 18] __attribute__((aligned(64)));

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void fail(const char *message) {
    perror(message);
    exit(1);
}

static void *allocate(size_t bytes) {
    void *memory = calloc(1, bytes);
    if (!memory) fail("calloc");
    return memory;
}

static void note(const char *what, const char *detail) {
    if (!counts.message[0]) snprintf(counts.message, sizeof counts.message, "%s %.120s", what, detail);
}

static void sample(struct samples *samples, uint64_t nanoseconds) {
    if (!measuring || samples->count >= SAMPLE_LIMIT) return;
    uint64_t value = nanoseconds / 100;
    samples->values[samples->count++] = value > UINT32_MAX ? UINT32_MAX : value;
}

static void watch(int operation, int fd, void *owner, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = owner};
    epoll_ctl(poller, operation, fd, &event);
}

static void set_up_socket(int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); // without it events lag by 40 ms
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// -- the answers -----------------------------------------------------------------------------------------------------

#define COMMON_FIELDS                                                                                                  \
    "date: Thu, 01 Oct 2026 10:00:00 GMT\r\n"                                                                          \
    "anthropic-ratelimit-requests-limit: 1000000000\r\n"                                                               \
    "anthropic-ratelimit-requests-remaining: 999999999\r\n"                                                            \
    "anthropic-ratelimit-requests-reset: 2099-01-01T00:00:00Z\r\n"                                                     \
    "anthropic-ratelimit-input-tokens-limit: 1000000000000\r\n"                                                        \
    "anthropic-ratelimit-input-tokens-remaining: 999999999000\r\n"                                                     \
    "anthropic-ratelimit-output-tokens-limit: 1000000000000\r\n"                                                       \
    "anthropic-ratelimit-output-tokens-remaining: 999999999000\r\n"                                                    \
    "request-id: req_011CTabcdefghijklmnopqrs\r\n"                                                                     \
    "anthropic-organization-id: 5d6c1a1e-0000-4000-8000-1234567890ab\r\n"                                              \
    "strict-transport-security: max-age=31536000; includeSubDomains; preload\r\n"                                      \
    "via: 1.1 google\r\ncf-cache-status: DYNAMIC\r\nx-robots-tag: none\r\nserver: cloudflare\r\n"                      \
    "cf-ray: 98abcdef01234567-FRA\r\n\r\n"
#define MESSAGE                                                                                                        \
    "\"id\":\"msg_01XFDUDYJgAACzvnptvVoYEL\",\"type\":\"message\",\"role\":\"assistant\","                             \
    "\"model\":\"claude-sonnet-4-5-20250929\""
#define INPUT_USAGE "\"input_tokens\":5021,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0"

static const char *const stream_events[6] = {
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{" MESSAGE ",\"content\":[],\"stop_reason\":"
    "null,\"stop_sequence\":null,\"usage\":{" INPUT_USAGE ",\"output_tokens\":1}}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":"
    "\"text\",\"text\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
    "\"text_delta\",\"text\":\"Hello wor\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\","
    "\"stop_sequence\":null},\"usage\":{\"output_tokens\":503}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
};

static int event_kind(int index) {
    if (index < 2) return index;
    int from_end = STREAM_EVENTS - index;
    return from_end <= 3 ? 6 - from_end : 2;
}

static void make_json_answer(void) {
    char *body = allocate(ANSWER_BYTES + 512);
    int length = sprintf(body, "{" MESSAGE ",\"content\":[{\"type\":\"text\",\"text\":\"");
    for (; length < ANSWER_BYTES - 180; length++) body[length] = 'a' + length % 23;
    length += sprintf(body + length, "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{" INPUT_USAGE
                                     ",\"output_tokens\":503}}");
    json_answer = allocate(length + 4096);
    json_answer_length = sprintf(json_answer,
                                 "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
                                 "%s%s",
                                 length, COMMON_FIELDS, body);
    json_body_length = length;
    free(body);
}

static void make_stream_pieces(void) {
    for (int kind = 0; kind < 6; kind++) {
        char *piece = stream_pieces[kind] = allocate(8192);
        int length = 0, event_length = strlen(stream_events[kind]);
        if (kind == 0)
            length = sprintf(piece, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
                                    "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n" COMMON_FIELDS);
        length += sprintf(piece + length, "%x\r\n%s\r\n%s", event_length, stream_events[kind],
                          kind == 5 ? "0\r\n\r\n" : "");
        stream_piece_lengths[kind] = length;
    }
    for (int index = 0; index < STREAM_EVENTS; index++) stream_body_length += strlen(stream_events[event_kind(index)]);
}

// -- the upstream ----------------------------------------------------------------------------------------------------

static void upstream_close(struct upstream *upstream) {
    if (upstream->closed) return;
    upstream->closed = true; // never freed: an event for it may be waiting in this round
    close(upstream->fd);
    if (upstream->stream >= 0 && streams[upstream->stream].upstream == upstream)
        streams[upstream->stream].upstream = NULL;
}

static void upstream_write(struct upstream *upstream, const char *data, int length) {
    if (upstream->closed) return;
    if (upstream->pending_start == upstream->pending_end) {
        ssize_t taken = send(upstream->fd, data, length, MSG_NOSIGNAL);
        if (taken == length) return;
        if (taken < 0 && errno != EAGAIN) {
            upstream_close(upstream);
            return;
        }
        if (taken > 0) {
            data += taken;
            length -= taken;
        }
        upstream->pending_start = upstream->pending_end = 0;
    }
    if (upstream->pending_end + length > upstream->pending_capacity) {
        upstream->pending_capacity = (upstream->pending_end + length) * 2 + 4096;
        upstream->pending = realloc(upstream->pending, upstream->pending_capacity);
        if (!upstream->pending) fail("realloc");
    }
    memcpy(upstream->pending + upstream->pending_end, data, length);
    upstream->pending_end += length;
    watch(EPOLL_CTL_MOD, upstream->fd, upstream, EPOLLIN | EPOLLOUT);
}

static void upstream_writable(struct upstream *upstream) {
    while (upstream->pending_start < upstream->pending_end) {
        ssize_t taken = send(upstream->fd, upstream->pending + upstream->pending_start,
                             upstream->pending_end - upstream->pending_start, MSG_NOSIGNAL);
        if (taken < 0) return;
        upstream->pending_start += taken;
    }
    watch(EPOLL_CTL_MOD, upstream->fd, upstream, EPOLLIN);
}

static void send_next_event(struct stream *stream) {
    struct upstream *upstream = stream->upstream;
    if (!upstream) return;
    int kind = event_kind(stream->sent++);
    if (stream->sent == STREAM_EVENTS) stream->upstream = NULL;
    stream->sent_at = now();
    upstream_write(upstream, stream_pieces[kind], stream_piece_lengths[kind]);
}

static void answer_request(struct upstream *upstream) {
    upstream->body_start[upstream->body_start_length] = 0;
    if (!upstream->credential_ok) {
        counts.bad_credential++;
        note("credential:", "the client's was sent on, or none was");
    }
    char *id = strstr(upstream->body_start, "\"user_id\":\"");
    upstream->stream = id ? atoi(id + 11) : -1;
    if (upstream->stream < 0 || upstream->stream >= options.connections) {
        counts.broken++;
        note("the upstream got a body that is not ours:", upstream->body_start);
        upstream_close(upstream);
    } else if (options.streaming) {
        struct stream *stream = &streams[upstream->stream];
        *stream = (struct stream){.upstream = upstream};
        send_next_event(stream);
    } else {
        upstream_write(upstream, json_answer, json_answer_length);
    }
}

// Takes a head in; returns how many of the bytes belong to it, or -1 when the connection is of no use.
static int upstream_head(struct upstream *upstream, const char *data, int length) {
    int room = HEAD_LIMIT - 1 - upstream->head_length, taken = length < room ? length : room;
    int before = upstream->head_length, search = before > 3 ? before - 3 : 0;
    memcpy(upstream->head + before, data, taken);
    upstream->head_length += taken;
    upstream->head[upstream->head_length] = 0;
    char *end = memmem(upstream->head + search, upstream->head_length - search, "\r\n\r\n", 4);
    if (!end) return taken == room ? -1 : taken;
    end[2] = 0;
    char *announced = strcasestr(upstream->head, "\r\ncontent-length:");
    if (!announced) return -1;
    upstream->body_left = atol(announced + 17);
    upstream->credential_ok =
        !strcasestr(upstream->head, "sk-client") &&
        (strcasestr(upstream->head, "\r\nauthorization:") || strcasestr(upstream->head, "\r\nx-api-key:"));
    upstream->in_body = true;
    upstream->body_start_length = 0;
    return end + 4 - upstream->head - before;
}

static int upstream_body(struct upstream *upstream, const char *data, int length) {
    int taken = length < upstream->body_left ? length : upstream->body_left;
    int kept = sizeof upstream->body_start - 1 - upstream->body_start_length;
    if (kept > taken) kept = taken;
    memcpy(upstream->body_start + upstream->body_start_length, data, kept);
    upstream->body_start_length += kept;
    upstream->body_left -= taken;
    if (upstream->body_left == 0) {
        upstream->in_body = false;
        upstream->head_length = 0;
        answer_request(upstream);
    }
    return taken;
}

static void upstream_readable(struct upstream *upstream) {
    ssize_t length = recv(upstream->fd, buffer, sizeof buffer, 0);
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0) {
        upstream_close(upstream);
        return;
    }
    for (char *data = buffer; length > 0 && !upstream->closed;) {
        int taken =
            upstream->in_body ? upstream_body(upstream, data, length) : upstream_head(upstream, data, length);
        if (taken < 0) {
            counts.broken++;
            note("the upstream got a head it cannot use:", upstream->head);
            upstream_close(upstream);
            return;
        }
        data += taken;
        length -= taken;
    }
}

static void accept_upstreams(int listener) {
    for (int round = 0; round < 64; round++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) return;
        set_up_socket(fd);
        struct upstream *upstream = allocate(sizeof *upstream);
        upstream->kind = UPSTREAM;
        upstream->fd = fd;
        upstream->stream = -1;
        watch(EPOLL_CTL_ADD, fd, upstream, EPOLLIN);
    }
}

// -- the clients -----------------------------------------------------------------------------------------------------

static void client_connect(struct client *client) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options.proxy_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (client->fd < 0) fail("socket");
    set_up_socket(client->fd);
    if (connect(client->fd, (void *)&address, sizeof address) < 0 && errno != EINPROGRESS) counts.unconnected++;
    client->state = CONNECTING;
    client->busy = false;
    client->wants_write = true;
    watch(EPOLL_CTL_ADD, client->fd, client, EPOLLIN | EPOLLOUT);
}

static void client_broken(struct client *client, const char *why) {
    counts.broken++;
    note("client:", why);
    close(client->fd);
    client->fd = -1;
    client->busy = false;
    streams[client->id].upstream = NULL;
    if (!stopping && counts.broken < 100000) client_connect(client);
}

static void client_flush(struct client *client) {
    while (client->request_sent < client->request_length) {
        ssize_t taken = send(client->fd, client->request + client->request_sent,
                             client->request_length - client->request_sent, MSG_NOSIGNAL);
        if (taken < 0) {
            if (errno == EAGAIN && !client->wants_write) {
                client->wants_write = true;
                watch(EPOLL_CTL_MOD, client->fd, client, EPOLLIN | EPOLLOUT);
            }
            return; // any other trouble shows when reading
        }
        client->request_sent += taken;
    }
    if (client->wants_write) {
        client->wants_write = false;
        watch(EPOLL_CTL_MOD, client->fd, client, EPOLLIN);
    }
}

static void client_start(struct client *client, uint64_t started) {
    client->busy = client->awaits_first_event = true;
    client->ended_by_newline = false;
    client->state = IN_HEAD;
    client->head_length = client->request_sent = client->events = 0;
    client->body_bytes = 0;
    client->started = started;
    client_flush(client);
}

static void client_free(struct client *client) {
    if (due_first < due_end)
        client_start(client, due[due_first++ % DUE_LIMIT]);
    else
        free_clients[free_count++] = client->id;
}

static void client_done(struct client *client) {
    uint64_t at = now();
    long expected = options.streaming ? stream_body_length : json_body_length;
    client->busy = false;
    if (client->status == 200 && client->body_bytes == expected) {
        counts.whole++;
    } else {
        char detail[80];
        counts.wrong++;
        snprintf(detail, sizeof detail, "status %d, %ld of %ld bytes", client->status, client->body_bytes, expected);
        note("wrong answer:", detail);
    }
    if (measuring) counts.requests++;
    sample(&latencies, at - client->started);
    if (client->close_after) {
        counts.unconnected++;
        note("client:", "the proxy asked to close the connection");
        close(client->fd);
        client->fd = -1;
        if (!stopping) client_connect(client);
    } else if (!stopping) {
        if (options.rate > 0)
            client_free(client);
        else
            client_start(client, at);
    }
}

static void event_arrived(struct client *client) {
    struct stream *stream = &streams[client->id];
    uint64_t at = now();
    client->events++;
    stream->received++;
    sample(&event_delays, at - stream->sent_at);
    if (measuring) counts.events++;
    if (client->awaits_first_event) {
        client->awaits_first_event = false;
        sample(&first_events, at - client->started);
    }
}

// Body bytes without framing. An event ends with two newlines, which may come in two pieces.
static void client_body(struct client *client, const char *data, long length) {
    client->body_bytes += length;
    if (!options.streaming) return;
    for (const char *end = data + length; data < end;) {
        const char *newline = memchr(data, '\n', end - data);
        if (newline == data && client->ended_by_newline) {
            client->ended_by_newline = false;
            event_arrived(client);
        } else {
            client->ended_by_newline = newline != NULL;
        }
        data = newline ? newline + 1 : end;
    }
}

// Takes a head in; returns how many of the bytes belong to it, or -1 when it cannot be used.
static int client_head(struct client *client, const char *data, int length) {
    int room = HEAD_LIMIT - 1 - client->head_length, taken = length < room ? length : room;
    int before = client->head_length;
    memcpy(client->head + before, data, taken);
    client->head_length += taken;
    client->head[client->head_length] = 0;
    char *end = memmem(client->head, client->head_length, "\r\n\r\n", 4);
    if (!end) return taken == room ? -1 : taken;
    end[2] = 0;
    client->status = atoi(client->head + 9);
    client->close_after = strcasestr(client->head, "\r\nconnection: close") != NULL;
    char *sized = strcasestr(client->head, "\r\ncontent-length:");
    if (strcasestr(client->head, "\r\ntransfer-encoding: chunked")) {
        client->state = IN_CHUNK_SIZE;
        client->size_line_length = 0;
    } else if (sized && (client->left = atol(sized + 17)) > 0) {
        client->state = IN_SIZED_BODY;
    } else {
        return -1; // no framing, or an answer without a body: nothing that we asked for
    }
    return end + 4 - client->head - before;
}

// The line of a chunk's size, or the rest of a line after a chunk.
static int client_chunk_line(struct client *client, const char *data, int length, bool *done) {
    const char *newline = memchr(data, '\n', length);
    int taken = newline ? newline + 1 - data : length;
    if (client->state == IN_CHUNK_SIZE) {
        int room = sizeof client->size_line - 1 - client->size_line_length, kept = taken < room ? taken : room;
        memcpy(client->size_line + client->size_line_length, data, kept);
        client->size_line_length += kept;
    }
    if (!newline) return taken;
    if (client->state == AFTER_LAST_CHUNK) {
        *done = true;
    } else if (client->state == AFTER_CHUNK) {
        client->state = IN_CHUNK_SIZE;
        client->size_line_length = 0;
    } else {
        client->size_line[client->size_line_length] = 0;
        client->left = strtol(client->size_line, NULL, 16);
        client->state = client->left ? IN_CHUNK : AFTER_LAST_CHUNK;
    }
    return taken;
}

static int client_take(struct client *client, const char *data, int length, bool *done) {
    if (client->state == IN_HEAD) return client_head(client, data, length);
    if (client->state != IN_SIZED_BODY && client->state != IN_CHUNK)
        return client_chunk_line(client, data, length, done);
    int taken = length < client->left ? length : client->left;
    client_body(client, data, taken);
    client->left -= taken;
    if (client->left == 0) {
        if (client->state == IN_SIZED_BODY)
            *done = true;
        else
            client->state = AFTER_CHUNK;
    }
    return taken;
}

static void client_readable(struct client *client) {
    ssize_t length = recv(client->fd, buffer, sizeof buffer, 0);
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0 || !client->busy) {
        client_broken(client, length == 0 ? "closed by the proxy" : length < 0 ? "reset" : "got bytes while idle");
        return;
    }
    bool done = false;
    for (char *data = buffer; length > 0 && !done;) {
        int taken = client_take(client, data, length, &done);
        if (taken < 0) {
            client_broken(client, "got a head without a usable framing");
            return;
        }
        data += taken;
        length -= taken;
    }
    struct stream *stream = &streams[client->id];
    if (done && length > 0) client_broken(client, "got bytes behind its answer");
    else if (done) client_done(client);
    else if (options.streaming && !options.hold && stream->sent == stream->received) send_next_event(stream);
}

static void client_connected(struct client *client) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        if (++counts.unconnected > 20000) {
            fprintf(stderr, "the proxy on port %d cannot be reached\n", options.proxy_port);
            exit(2);
        }
        close(client->fd);
        client_connect(client);
    } else if (options.rate > 0) {
        client->state = IN_HEAD;
        client->wants_write = false;
        watch(EPOLL_CTL_MOD, client->fd, client, EPOLLIN);
        client_free(client);
    } else {
        client_start(client, now());
    }
}

static void client_event(struct client *client, uint32_t events) {
    if (client->fd < 0) return;
    if (client->state == CONNECTING) {
        client_connected(client);
        return;
    }
    if ((events & EPOLLOUT) && client->wants_write) client_flush(client);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) client_readable(client);
}

static void make_request(struct client *client) {
    char *body = allocate(options.body_bytes + 512);
    int length = sprintf(body,
                         "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":%d,\"stream\":%s,\"metadata\":"
                         "{\"user_id\":\"%06d\"},\"messages\":[{\"role\":\"user\",\"content\":\"",
                         DELTAS, options.streaming ? "true" : "false", client->id);
    for (; length < options.body_bytes - 4; length++) body[length] = length % 71 ? 'a' + length % 26 : ' ';
    length += sprintf(body + length, "\"}]}");
    client->request = allocate(length + 2048);
    client->request_length = sprintf(
        client->request,
        "POST /v1/messages?beta=true HTTP/1.1\r\nhost: 127.0.0.1:%d\r\naccept: application/json\r\n"
        "content-type: application/json\r\nuser-agent: loadgen/1.0 (external, cli)\r\n"
        "authorization: Bearer sk-client-000000000000000000000000\r\nanthropic-version: 2023-06-01\r\n"
        "anthropic-beta: interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14\r\n"
        "anthropic-dangerous-direct-browser-access: true\r\nx-app: cli\r\nx-stainless-arch: x64\r\n"
        "x-stainless-lang: js\r\nx-stainless-os: Linux\r\nx-stainless-package-version: 0.60.0\r\n"
        "x-stainless-retry-count: 0\r\nx-stainless-runtime: node\r\nx-stainless-runtime-version: v22.0.0\r\n"
        "x-stainless-timeout: 600\r\naccept-language: *\r\nsec-fetch-mode: cors\r\naccept-encoding: identity\r\n"
        "connection: keep-alive\r\ncontent-length: %d\r\n\r\n%s",
        options.proxy_port, length, body);
    free(body);
}

// -- what the proxy used ---------------------------------------------------------------------------------------------

static double proxy_cpu_seconds(void) {
    double seconds = 0;
    for (int i = 0; i < options.pid_count; i++) {
        char path[320];
        snprintf(path, sizeof path, "/proc/%d/task", options.pids[i]);
        DIR *threads = opendir(path);
        if (!threads) continue;
        for (struct dirent *thread; (thread = readdir(threads));) {
            snprintf(path, sizeof path, "/proc/%d/task/%.200s/schedstat", options.pids[i], thread->d_name);
            FILE *file = thread->d_name[0] == '.' ? NULL : fopen(path, "r");
            unsigned long long nanoseconds;
            if (file && fscanf(file, "%llu", &nanoseconds) == 1) seconds += nanoseconds / 1e9;
            if (file) fclose(file);
        }
        closedir(threads);
    }
    return seconds;
}

static double proxy_rss_mb(void) {
    double megabytes = 0;
    for (int i = 0; i < options.pid_count; i++) {
        char text[256];
        snprintf(text, sizeof text, "/proc/%d/status", options.pids[i]);
        FILE *file = fopen(text, "r");
        if (!file) continue;
        while (fgets(text, sizeof text, file))
            if (!strncmp(text, "VmRSS:", 6)) megabytes += atof(text + 6) / 1024;
        fclose(file);
    }
    return megabytes;
}

static double own_cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// Seconds that the hypervisor kept core 0, where the proxy runs, from running.
static double stolen_seconds(void) {
    unsigned long long stolen = 0;
    FILE *file = fopen("/proc/stat", "r");
    if (!file) return 0;
    if (fscanf(file, "%*s %*u %*u %*u %*u %*u %*u %*u %*u%*[^\n] cpu0 %*u %*u %*u %*u %*u %*u %*u %llu", &stolen) != 1)
        stolen = 0;
    fclose(file);
    return stolen / (double)sysconf(_SC_CLK_TCK);
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

// Microseconds.
static double percentile(struct samples *samples, double share) {
    if (!samples->count) return 0;
    return samples->values[(size_t)(share * (samples->count - 1))] / 10.0;
}

static struct {
    uint64_t started;
    double seconds, cpu, own_cpu, stolen, rss_before, rss;
} measured;

static void begin_measuring(uint64_t at) {
    measuring = true;
    measured.started = at;
    measured.cpu = proxy_cpu_seconds();
    measured.own_cpu = own_cpu_seconds();
    measured.stolen = stolen_seconds();
}

static void end_measuring(uint64_t at) {
    measuring = false;
    stopping = true;
    measured.seconds = (at - measured.started) / 1e9;
    measured.rss = proxy_rss_mb();
    measured.cpu = proxy_cpu_seconds() - measured.cpu;
    measured.own_cpu = own_cpu_seconds() - measured.own_cpu;
    measured.stolen = stolen_seconds() - measured.stolen;
}

static void report(void) {
    struct samples *all[] = {&latencies, &event_delays, &first_events};
    for (int i = 0; i < 3; i++) qsort(all[i]->values, all[i]->count, sizeof(uint32_t), compare);
    int open = 0;
    for (int i = 0; i < options.connections; i++) open += clients[i].events > 0;
    for (char *c = counts.message; *c; c++)
        if (*c == '"' || *c == '\\' || *c < ' ') *c = '\'';
    double seconds = measured.seconds;
    printf("{\"seconds\":%.3f,\"requests\":%lu,\"requests_per_second\":%.1f,\"events\":%lu,\"events_per_second\":%.1f,"
           "\"latency_p50_us\":%.1f,\"latency_p99_us\":%.1f,\"event_p50_us\":%.1f,\"event_p99_us\":%.1f,"
           "\"first_event_p50_us\":%.1f,\"first_event_p99_us\":%.1f,",
           seconds, counts.requests, counts.requests / seconds, counts.events, counts.events / seconds,
           percentile(&latencies, .5), percentile(&latencies, .99), percentile(&event_delays, .5),
           percentile(&event_delays, .99), percentile(&first_events, .5), percentile(&first_events, .99));
    printf("\"cpu_us_per_request\":%.2f,\"cpu_us_per_event\":%.3f,\"cpu_share\":%.3f,\"own_cpu_share\":%.3f,"
           "\"stolen_share\":%.3f,\"rss_mb_before\":%.1f,\"rss_mb\":%.1f,\"open\":%d,",
           counts.requests ? measured.cpu / counts.requests * 1e6 : 0,
           counts.events ? measured.cpu / counts.events * 1e6 : 0, measured.cpu / seconds, measured.own_cpu / seconds,
           measured.stolen / seconds, measured.rss_before, measured.rss, open);
    printf("\"whole\":%lu,\"broken\":%lu,\"wrong\":%lu,\"bad_credential\":%lu,\"unconnected\":%lu,"
           "\"message\":\"%s\"}\n",
           counts.whole, counts.broken, counts.wrong, counts.bad_credential, counts.unconnected, counts.message);
    fflush(stdout);
}

// -- the loop --------------------------------------------------------------------------------------------------------

static void read_options(int count, char **arguments) {
    for (int option; (option = getopt(count, arguments, "u:x:c:b:sd:W:R:p:H")) != -1;) {
        if (option == 'u') options.upstream_port = atoi(optarg);
        else if (option == 'x') options.proxy_port = atoi(optarg);
        else if (option == 'c') options.connections = atoi(optarg);
        else if (option == 'b') options.body_bytes = atoi(optarg);
        else if (option == 'd') options.seconds = atof(optarg);
        else if (option == 'W') options.warm_up = atof(optarg);
        else if (option == 'R') options.rate = atof(optarg);
        else if (option == 's') options.streaming = true;
        else if (option == 'H') options.streaming = options.hold = true;
        else if (option == 'p') {
            for (char *pid = strtok(optarg, ","); pid && options.pid_count < 64; pid = strtok(NULL, ","))
                options.pids[options.pid_count++] = atoi(pid);
        } else {
            fprintf(stderr, "the comment at the top of loadgen.c says how to call it\n");
            exit(2);
        }
    }
}

static int listen_as_upstream(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options.upstream_port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (void *)&address, sizeof address) || listen(fd, 4096)) fail("the upstream's port");
    set_up_socket(fd);
    return fd;
}

static void make_clients(void) {
    struct samples *all[] = {&latencies, &event_delays, &first_events};
    for (int i = 0; i < 3; i++) all[i]->values = allocate(SAMPLE_LIMIT * sizeof(uint32_t));
    streams = allocate(options.connections * sizeof *streams);
    clients = allocate(options.connections * sizeof *clients);
    free_clients = allocate(options.connections * sizeof *free_clients);
    due = allocate(DUE_LIMIT * sizeof *due);
    for (int id = 0; id < options.connections; id++) {
        clients[id].kind = CLIENT;
        clients[id].id = id;
        make_request(&clients[id]);
        client_connect(&clients[id]);
    }
}

// Start what is due by the clock, not by the answers: a proxy that stalls must not slow the load down.
static void start_due(uint64_t at) {
    for (int round = 0; next_due <= at && round < 256; round++, next_due += due_step) {
        if (free_count) client_start(&clients[free_clients[--free_count]], next_due);
        else if (due_end - due_first < DUE_LIMIT) due[due_end++ % DUE_LIMIT] = next_due;
    }
}

static int wait_for_events(struct epoll_event *events) {
    uint64_t at = now(), wait = 20000000;
    if (options.rate > 0 && !stopping) wait = next_due <= at ? 0 : next_due - at < wait ? next_due - at : wait;
    struct timespec timeout = {0, (long)wait};
    return epoll_pwait2(poller, events, EVENTS_AT_ONCE, &timeout, NULL);
}

static bool under_way(void) {
    for (int i = 0; i < options.connections; i++)
        if (clients[i].busy) return true;
    return false;
}

int main(int count, char **arguments) {
    static enum kind listener_kind = LISTENER;
    read_options(count, arguments);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1000);
    make_json_answer();
    make_stream_pieces();
    poller = epoll_create1(0);
    int listener = listen_as_upstream();
    watch(EPOLL_CTL_ADD, listener, &listener_kind, EPOLLIN);
    measured.rss_before = proxy_rss_mb();
    make_clients();

    uint64_t started = now(), from = started + options.warm_up * 1e9, until = from + options.seconds * 1e9;
    due_step = options.rate > 0 ? 1e9 / options.rate : 0;
    next_due = started + 200000000;
    struct epoll_event events[EVENTS_AT_ONCE];
    for (;;) {
        int ready = wait_for_events(events);
        for (int i = 0; i < ready; i++) {
            void *owner = events[i].data.ptr;
            enum kind kind = *(enum kind *)owner;
            if (kind == LISTENER) accept_upstreams(listener);
            else if (kind == CLIENT) client_event(owner, events[i].events);
            else {
                struct upstream *upstream = owner;
                if (!upstream->closed && (events[i].events & EPOLLOUT)) upstream_writable(upstream);
                if (!upstream->closed && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                    upstream_readable(upstream);
            }
        }
        uint64_t at = now();
        if (options.rate > 0 && !stopping) start_due(at);
        if (!measuring && !stopping && at >= from) begin_measuring(at);
        if (measuring && at >= until) end_measuring(at);
        if (stopping && (options.hold || !under_way() || at >= until + DRAIN_NS)) break;
    }
    report();
    return 0;
}
