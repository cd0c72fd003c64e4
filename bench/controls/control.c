/*
 * The limit: one epoll, one write of a shared buffer a viewer and frame. Prints its port.
 *
 *   control <bytes of a frame> <frames a second> <least ms between two frames that joins ask for; 0: joins ask for none>
 *           [<port of a multipart stream whose frames it shows instead>]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_VIEWERS 65536
#define BOUNDARY "control-0123456789abcdef0123456"
#define NEXT_HEAD "\r\n--" BOUNDARY "\r\nContent-Type: image/png\r\n\r\n"

static const char head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=" BOUNDARY "\r\n"
    "Cache-Control: no-store, no-transform\r\nX-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\n"
    "Cross-Origin-Resource-Policy: cross-origin\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
    "--" BOUNDARY "\r\nContent-Type: image/png\r\n\r\n";

struct viewer {
  int fd, place, watching, rest_length;
  char *rest;
};

static struct viewer *viewers[MAX_VIEWERS];
static struct viewer *gone[MAX_VIEWERS];
static int count, gone_count, epoll, frame_length;
static char *frame;
static uint32_t seed = 1;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void leave(struct viewer *viewer) {
  if (viewer->fd < 0) return;
  close(viewer->fd);
  viewer->fd = -1;
  viewers[viewer->place] = viewers[--count];
  viewers[viewer->place]->place = viewer->place;
  gone[gone_count++] = viewer;
}

static void send_to(struct viewer *viewer, const char *text, int length) {
  if (viewer->rest_length > 0) return;
  ssize_t sent = send(viewer->fd, text, length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return leave(viewer);
  if (sent < 0) sent = 0;
  if (sent == length) return;
  viewer->rest_length = length - sent;
  viewer->rest = malloc(viewer->rest_length);
  memcpy(viewer->rest, text + sent, viewer->rest_length);
}

static void flush(struct viewer *viewer) {
  ssize_t sent = send(viewer->fd, viewer->rest, viewer->rest_length, MSG_NOSIGNAL);
  if (sent <= 0) return;
  viewer->rest_length -= sent;
  memmove(viewer->rest, viewer->rest + sent, viewer->rest_length);
  if (viewer->rest_length == 0) {
    free(viewer->rest);
    viewer->rest = NULL;
  }
}

static void draw(int bytes) {
  for (int at = 0; at < bytes; at += 4) {
    seed = seed * 1664525 + 1013904223;
    memcpy(frame + at, &seed, bytes - at < 4 ? bytes - at : 4);
  }
  memcpy(frame + bytes, NEXT_HEAD, sizeof NEXT_HEAD - 1);
  frame_length = bytes + sizeof NEXT_HEAD - 1;
}

static void show(int bytes) {
  draw(bytes);
  for (int at = count - 1; at >= 0; at--)
    if (viewers[at]->watching) send_to(viewers[at], frame, frame_length);
}

/* The bytes of the source that are no complete part yet. */
static char *pending;
static int pending_length, source = -1;

static void open_source(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  source = socket(AF_INET, SOCK_STREAM, 0);
  const char *request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  if (connect(source, (void *)&address, sizeof address) < 0 || write(source, request, strlen(request)) < 0) exit(1);
  pending = malloc(1 << 21);
}

/* Shows each part by its Content-Length. */
static void receive(int most) {
  ssize_t got = recv(source, pending + pending_length, (1 << 21) - pending_length, MSG_DONTWAIT);
  if (got == 0) exit(1);
  if (got < 0) return;
  pending_length += got;
  for (;;) {
    char *length = memmem(pending, pending_length, "Content-Length: ", 16), *body;
    if (!length || !(body = memmem(length, pending + pending_length - length, "\r\n\r\n", 4))) return;
    int bytes = atoi(length + 16), rest = pending + pending_length - (body + 4);
    if (rest < bytes || bytes > most) return;
    memcpy(frame, body + 4, bytes);
    memcpy(frame + bytes, NEXT_HEAD, sizeof NEXT_HEAD - 1);
    frame_length = bytes + sizeof NEXT_HEAD - 1;
    for (int at = count - 1; at >= 0; at--)
      if (viewers[at]->watching) send_to(viewers[at], frame, frame_length);
    pending_length = rest - bytes;
    memmove(pending, body + 4 + bytes, pending_length);
  }
}

int main(int words, char **word) {
  if (words != 4 && words != 5) return 2;
  int bytes = atoi(word[1]);
  double period = atof(word[2]) > 0 ? 1000 / atof(word[2]) : 0, pause = atof(word[3]);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  frame = malloc(bytes + sizeof NEXT_HEAD);
  draw(bytes);
  int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(server, (void *)&address, sizeof address) < 0 || listen(server, 4096) < 0) return 1;
  getsockname(server, (void *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[512];
  epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event);
  if (words == 5) {
    open_source(atoi(word[4]));
    struct epoll_event its = {.events = EPOLLIN, .data.ptr = &source};
    epoll_ctl(epoll, EPOLL_CTL_ADD, source, &its);
    period = 0;
  }
  double next = period > 0 ? now() + period : 0, drawn = 0;
  int changed = 0;
  for (;;) {
    double due = period > 0 ? next : changed ? drawn + pause : 0, left = due - now();
    int ready = epoll_wait(epoll, events, 512, due == 0 ? -1 : left > 0 ? (int)left + 1 : 0);
    for (int at = 0; at < ready; at++) {
      struct viewer *viewer = events[at].data.ptr;
      if (events[at].data.ptr == &source) {
        receive(bytes);
        continue;
      }
      if (!viewer) {
        for (int fd; (fd = accept4(server, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
          viewer = calloc(1, sizeof *viewer);
          viewer->fd = fd;
          viewer->place = count;
          viewers[count++] = viewer;
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          struct epoll_event its = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = viewer};
          epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &its);
        }
        continue;
      }
      if (viewer->fd < 0) continue;
      if (events[at].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        leave(viewer);
        continue;
      }
      if (viewer->rest_length > 0 && (events[at].events & EPOLLOUT)) flush(viewer);
      if (!(events[at].events & EPOLLIN)) continue;
      char text[4096];
      ssize_t got = read(viewer->fd, text, sizeof text);
      if (got == 0) leave(viewer);
      if (got <= 0 || viewer->watching || !memmem(text, got, "\r\n\r\n", 4)) continue;
      viewer->watching = 1;
      send_to(viewer, head, sizeof head - 1);
      send_to(viewer, frame, frame_length);
      changed = pause > 0;
    }
    for (; gone_count > 0; gone_count--) {
      free(gone[gone_count - 1]->rest);
      free(gone[gone_count - 1]);
    }
    double time = now();
    if (period > 0 && time >= next) {
      show(bytes);
      next = next + period > time ? next + period : time + period;
    } else if (changed && time >= drawn + pause) {
      changed = 0;
      drawn = time;
      show(bytes);
    }
  }
}
