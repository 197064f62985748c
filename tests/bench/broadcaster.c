/* A chat server in C, written to be compared with: epoll, one thread, as little per message as there can be. It speaks the dialect `lines`.

       broadcaster coalesce|each

   `coalesce`: what is for one guest in one turn of the loop goes out in one send, as in reference/servers/polling.py.
   `each`: one send for each guest and message, as in reference/servers/threaded.py.
   It prints 127.0.0.1:PORT as soon as it listens, and lets go whoever has a megabyte waiting. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 65536, LONGEST = 65536, UNSENT_LIMIT = 1048576, MOST_EVENTS = 1024, LONGEST_NAME = 64, MOST_GUESTS = 65536 };

#define PROMPT "Как вас зовут?\n"
#define WELCOME "Добро пожаловать, %s! Чтобы уйти, напишите /выход\n"
#define JOINED "%s теперь с нами\n"
#define LEFT "%s больше не с нами\n"

struct guest {
    int fd, place, gone, waits, dirty;
    char name[LONGEST_NAME + 1];
    char *line;                 /* what has come of a line not yet whole */
    size_t length;
    char *unsent;
    size_t waiting, room;
};

static struct guest *guests[MOST_GUESTS]; /* those who have a name, in no order */
static int count;
static struct guest *dirty[MOST_GUESTS], *gone[MOST_GUESTS];
static int dirty_count, gone_count;
static int coalesce, poller;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *grown(void *memory, size_t size) {
    void *bigger = realloc(memory, size);
    if (!bigger) fail("realloc");
    return bigger;
}

static void let_go(struct guest *guest) {
    if (!guest->gone) {
        guest->gone = 1;
        gone[gone_count++] = guest;
    }
}

static void keep(struct guest *guest, const char *data, size_t size) {
    if (guest->waiting + size > guest->room) {
        guest->room = (guest->waiting + size) * 2;
        guest->unsent = grown(guest->unsent, guest->room);
    }
    memcpy(guest->unsent + guest->waiting, data, size);
    guest->waiting += size;
}

static void watch(struct guest *guest, int for_room) {
    if (guest->waits == for_room) return;
    guest->waits = for_room;
    struct epoll_event event = {.events = EPOLLIN | (for_room ? EPOLLOUT : 0), .data.ptr = guest};
    epoll_ctl(poller, EPOLL_CTL_MOD, guest->fd, &event);
}

/* Sends what the connection takes; returns how much, and lets the guest go if it is broken. */
static size_t push(struct guest *guest, const char *data, size_t size) {
    ssize_t sent = send(guest->fd, data, size, MSG_NOSIGNAL);
    if (sent >= 0) return (size_t)sent;
    if (errno != EAGAIN && errno != EWOULDBLOCK) let_go(guest);
    return 0;
}

static void flush(struct guest *guest) {
    size_t sent = push(guest, guest->unsent, guest->waiting);
    guest->waiting -= sent;
    if (guest->waiting) memmove(guest->unsent, guest->unsent + sent, guest->waiting);
    if (guest->waiting > UNSENT_LIMIT) let_go(guest);
    watch(guest, guest->waiting > 0);
}

static void tell(struct guest *guest, const char *data, size_t size) {
    if (guest->gone) return;
    if (!coalesce && !guest->waiting) {
        size_t sent = push(guest, data, size);
        if (sent == size) return;
        data += sent;
        size -= sent;
    }
    keep(guest, data, size);
    if (!guest->dirty) {
        guest->dirty = 1;
        dirty[dirty_count++] = guest;
    }
}

static void tell_others(struct guest *author, const char *data, size_t size) {
    for (int i = 0; i < count; i++)
        if (guests[i] != author) tell(guests[i], data, size);
}

static void take(struct guest *guest, const char *line, size_t length) {
    static char said[LONGEST + LONGEST_NAME + 64];
    if (length && line[length - 1] == '\r') length--;
    if (guest->place < 0) {
        if (!length || length > LONGEST_NAME || count == MOST_GUESTS) {
            let_go(guest);
            return;
        }
        memcpy(guest->name, line, length);
        guest->place = count;
        guests[count++] = guest;
        tell(guest, said, (size_t)snprintf(said, sizeof said, WELCOME, guest->name));
        tell_others(guest, said, (size_t)snprintf(said, sizeof said, JOINED, guest->name));
        return;
    }
    size_t name = strlen(guest->name);
    memcpy(said, guest->name, name);
    memcpy(said + name, ": ", 2);
    memcpy(said + name + 2, line, length);
    said[name + 2 + length] = '\n';
    tell_others(guest, said, name + length + 3);
}

static void hear(struct guest *guest) {
    static char chunk[CHUNK];
    ssize_t got = recv(guest->fd, chunk, sizeof chunk, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0 || guest->length + (size_t)got > 2 * LONGEST) {
        let_go(guest);
        return;
    }
    char *from = chunk, *until = chunk + got, *end;
    while (!guest->gone && (end = memchr(from, '\n', (size_t)(until - from)))) {
        if (guest->length) {
            guest->line = grown(guest->line, guest->length + (size_t)(end - from));
            memcpy(guest->line + guest->length, from, (size_t)(end - from));
            if (guest->length + (size_t)(end - from) <= LONGEST) take(guest, guest->line, guest->length + (size_t)(end - from));
            guest->length = 0;
        } else {
            take(guest, from, (size_t)(end - from));
        }
        from = end + 1;
    }
    if (from < until) {
        guest->line = grown(guest->line, guest->length + (size_t)(until - from));
        memcpy(guest->line + guest->length, from, (size_t)(until - from));
        guest->length += (size_t)(until - from);
    }
}

static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct guest *guest = calloc(1, sizeof *guest);
    if (!guest) fail("calloc");
    guest->fd = fd;
    guest->place = -1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = guest};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    tell(guest, PROMPT, strlen(PROMPT));
}

static void end_of_turn(void) {
    static char said[LONGEST_NAME + 64];
    do {
        for (int i = 0; i < gone_count; i++) { /* the list may grow meanwhile */
            struct guest *guest = gone[i];
            if (guest->place < 0) continue;
            guests[guest->place] = guests[--count];
            guests[guest->place]->place = guest->place;
            guest->place = -1;
            tell_others(guest, said, (size_t)snprintf(said, sizeof said, LEFT, guest->name));
        }
        int people = dirty_count;
        dirty_count = 0;
        for (int i = 0; i < people; i++) {
            dirty[i]->dirty = 0;
            if (!dirty[i]->gone) flush(dirty[i]);
        }
        int left = 0;
        for (int i = 0; i < gone_count; i++) left += gone[i]->place >= 0;
        if (!left && !dirty_count) break;
    } while (1);
    for (int i = 0; i < gone_count; i++) {
        close(gone[i]->fd);
        free(gone[i]->line);
        free(gone[i]->unsent);
        free(gone[i]);
    }
    gone_count = 0;
}

int main(int argc, char **argv) {
    if (argc != 2 || (strcmp(argv[1], "coalesce") && strcmp(argv[1], "each"))) {
        fprintf(stderr, "usage: broadcaster coalesce|each\n");
        return 2;
    }
    coalesce = !strcmp(argv[1], "coalesce");
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) || listen(listener, SOMAXCONN)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, events[MOST_EVENTS];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    while (1) {
        int ready = epoll_wait(poller, events, MOST_EVENTS, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            struct guest *guest = events[i].data.ptr;
            if (!guest) {
                welcome(listener);
                continue;
            }
            if (!guest->gone && events[i].events & EPOLLOUT) flush(guest);
            if (!guest->gone && events[i].events & ~EPOLLOUT) hear(guest);
        }
        end_of_turn();
    }
}
