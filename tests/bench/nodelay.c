/* Preloaded into a server that does not ask for it: TCP_NODELAY on every connection it accepts. Without, Nagle's algorithm and delayed
   acknowledgements cost 40 ms a line, and a comparison would compare only that.

       LD_PRELOAD=./nodelay.so ngircd ... */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static int hurried(int fd) {
    int on = 1;
    if (fd >= 0) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int accept(int listener, struct sockaddr *address, socklen_t *size) {
    static int (*real)(int, struct sockaddr *, socklen_t *);
    if (!real) real = (int (*)(int, struct sockaddr *, socklen_t *))dlsym(RTLD_NEXT, "accept");
    return hurried(real(listener, address, size));
}

int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags) {
    static int (*real)(int, struct sockaddr *, socklen_t *, int);
    if (!real) real = (int (*)(int, struct sockaddr *, socklen_t *, int))dlsym(RTLD_NEXT, "accept4");
    return hurried(real(listener, address, size, flags));
}
