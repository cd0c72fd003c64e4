/*
 * Many viewers of multipart streams in one process: raw sockets, one epoll, no parsing beyond the boundary.
 *
 *   viewers <port> <source addresses>
 *
 * Reads one command a line, and replies to each with one line of JSON; times are milliseconds.
 *
 *   open <count> <over> <path> <user agent>  opens viewers evenly over this many ms (0: 128 at a time), replies when each has
 *                                            its first whole picture, or after 60 s
 *                                            `#####` in the path is replaced by a number, different for each
 *   join <path> <user agent>                 opens one more, replies when every other viewer has received one more picture
 *   count                                    parts and bytes since the last count
 *   nap <ms>                                 reads only once in <ms>: fewer calls, and less processor time
 *   leave <count>                            closes this many, oldest first
 *   close                                    closes all
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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
#define IN_FLIGHT 128
#define HEAD_BYTES 4096
#define LONGEST_NEEDLE 80
#define OPEN_PATIENCE 60000.0
#define JOIN_PATIENCE 20000.0
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

struct viewer {
  int fd, boundaries, carried, head_length, requested, number;
  double asked_at, first_at, next_at;
  char *head;
  char carry[LONGEST_NEEDLE];
};

static struct viewer *viewers[MAX_VIEWERS];
static struct viewer *buried[MAX_VIEWERS];
static int buried_count, total, opened, failed, alive, waiting_for, reached, epoll, port, sources, serial;
static uint64_t parts, bytes;
static char needle[LONGEST_NEEDLE], request[4096], buffer[1 << 18], *number_at;
static int nap;
static int needle_length, request_length, joining, answering_open, wanted, batch_from;
static double open_from, open_over, deadline;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void lose(struct viewer *viewer) {
  if (viewer->fd < 0) return;
  close(viewer->fd);
  viewer->fd = -1;
  alive--;
  if (viewer->first_at == 0) failed++;
  free(viewer->head);
  viewer->head = NULL;
}

static void dial(void) {
  if (total >= MAX_VIEWERS) return;
  struct viewer *viewer = calloc(1, sizeof *viewer);
  viewers[total++] = viewer;
  viewer->head = malloc(HEAD_BYTES);
  viewer->asked_at = now();
  viewer->number = ++serial % 100000;
  alive++;
  viewer->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (viewer->fd < 0) {
    alive--;
    failed++;
    return;
  }
  int on = 1;
  setsockopt(viewer->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  setsockopt(viewer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  /* Closed by a reset: a hundred thousand closed connections would use up the ports for a minute. */
  struct linger linger = {1, 0};
  setsockopt(viewer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
  from.sin_addr.s_addr = htonl(0x7f000002 + serial % sources);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(viewer->fd, (void *)&from, sizeof from) < 0) return lose(viewer);
  if (connect(viewer->fd, (void *)&to, sizeof to) < 0 && errno != EINPROGRESS) return lose(viewer);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = viewer};
  epoll_ctl(epoll, EPOLL_CTL_ADD, viewer->fd, &event);
}

static void found(struct viewer *viewer, int times) {
  if (times == 0) return;
  int before = viewer->boundaries;
  viewer->boundaries += times;
  if (viewer->boundaries < 2) return;
  parts += times - (before == 0);
  double time = now();
  if (viewer->first_at == 0) {
    viewer->first_at = time;
    opened++;
  }
  if (joining && viewer->next_at == 0) {
    viewer->next_at = time;
    reached++;
  }
}

static int search(const char *text, int length) {
  int times = 0;
  for (const char *at = text, *end = text + length; (at = memmem(at, end - at, needle, needle_length));
       at += needle_length)
    times++;
  return times;
}

/* A read may split a boundary: its beginning is kept for the next read. */
static void scan(struct viewer *viewer, const char *text, int length) {
  int times = 0, most = needle_length - 1;
  if (viewer->carried > 0) {
    char seam[2 * LONGEST_NEEDLE];
    int taken = length < most ? length : most;
    memcpy(seam, viewer->carry, viewer->carried);
    memcpy(seam + viewer->carried, text, taken);
    times += search(seam, viewer->carried + taken);
  }
  times += search(text, length);
  if (length >= most) {
    memcpy(viewer->carry, text + length - most, most);
    viewer->carried = most;
  } else {
    int kept = viewer->carried + length > most ? most - length : viewer->carried;
    memmove(viewer->carry, viewer->carry + viewer->carried - kept, kept);
    memcpy(viewer->carry + kept, text, length);
    viewer->carried = kept + length;
  }
  found(viewer, times);
}

static void take_head(struct viewer *viewer, char *text, int length) {
  int room = HEAD_BYTES - 1 - viewer->head_length, taken = length < room ? length : room;
  memcpy(viewer->head + viewer->head_length, text, taken);
  viewer->head_length += taken;
  viewer->head[viewer->head_length] = 0;
  char *end = memmem(viewer->head, viewer->head_length, "\r\n\r\n", 4);
  if (!end) {
    if (viewer->head_length >= HEAD_BYTES - 1) lose(viewer);
    return;
  }
  if (strncmp(viewer->head + 8, " 200", 4)) return lose(viewer);
  char *boundary = strcasestr(viewer->head, "boundary=");
  if (!boundary || boundary > end) return lose(viewer);
  if (needle_length == 0) {
    boundary += 9;
    needle_length = 2 + sprintf(needle + 2, "%.*s", (int)strcspn(boundary, "\r\n;"), boundary);
    memcpy(needle, "--", 2);
  } else {
    /* Each of several processes has its own boundary: their common beginning is searched. */
    int same = 2;
    while (same < needle_length && boundary[9 + same - 2] == needle[same]) same++;
    needle_length = same;
  }
  int body = end + 4 - viewer->head - (viewer->head_length - taken);
  free(viewer->head);
  viewer->head = NULL;
  scan(viewer, text + body, length - body);
}

static void serve(struct viewer *viewer, uint32_t events) {
  if (viewer->fd < 0) return;
  if (!viewer->requested && (events & EPOLLOUT)) {
    viewer->requested = 1;
    if (number_at) {
      char digits[16];
      sprintf(digits, "%05d", viewer->number);
      memcpy(number_at, digits, 5);
    }
    if (write(viewer->fd, request, request_length) != request_length) return lose(viewer);
  }
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  for (;;) {
    ssize_t length = read(viewer->fd, buffer, sizeof buffer);
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0) return lose(viewer);
    bytes += length;
    if (viewer->head) take_head(viewer, buffer, length);
    else scan(viewer, buffer, length);
    if (viewer->fd < 0 || length < (ssize_t)sizeof buffer) return;
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(double *)a, y = *(double *)b;
  return x < y ? -1 : x > y;
}

static void answer(const char *name, double *times, int count, int lost) {
  qsort(times, count, sizeof *times, ascending);
  double p50 = count ? times[count / 2] : -1, p99 = count ? times[(int)(count * 0.99)] : -1;
  printf("{\"%s\":%d,\"failed\":%d,\"p50\":%.3f,\"p99\":%.3f,\"last\":%.3f}\n", name, count, lost, p50, p99,
         count ? times[count - 1] : -1);
  fflush(stdout);
}

static void answer_when_done(void) {
  static double times[MAX_VIEWERS];
  int count = 0;
  if (joining && (reached >= waiting_for || now() > deadline)) {
    double from = viewers[total - 1]->asked_at;
    for (int at = 0; at < total - 1; at++)
      if (viewers[at]->fd >= 0 && viewers[at]->next_at > 0) times[count++] = viewers[at]->next_at - from;
    joining = 0;
    answer("reached", times, count, waiting_for - count);
  }
  if (answering_open && total - batch_from >= wanted && (opened + failed >= wanted || now() > deadline)) {
    for (int at = batch_from; at < total; at++)
      if (viewers[at]->first_at > 0) times[count++] = viewers[at]->first_at - viewers[at]->asked_at;
    answering_open = 0;
    answer("opened", times, count, wanted - count);
  }
}

static void prepare(const char *path, const char *agent) {
  request_length = sprintf(request,
                           "GET %.1000s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: %.400s\r\n"
                           "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8\r\n"
                           "Accept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
                           "Sec-Fetch-Dest: image\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Site: cross-site\r\n"
                           "Referer: http://forum.example/\r\nConnection: keep-alive\r\n\r\n",
                           path, port, agent);
  number_at = strstr(request, "#####");
}

/* Freed after the current batch of events, which may still refer to it. */
static void leave(int count) {
  int closed = 0;
  for (int at = 0; at < count; at++) {
    struct viewer *viewer = viewers[at];
    if (viewer->fd >= 0) {
      close(viewer->fd);
      viewer->fd = -1;
      alive--;
      closed++;
    }
    buried[buried_count++] = viewer;
  }
  total -= count;
  memmove(viewers, viewers + count, total * sizeof *viewers);
  printf("{\"closed\":%d}\n", closed);
  fflush(stdout);
}

static void obey(char *line) {
  char path[1100] = "", agent[500] = "";
  int count = 0, over = 0;
  if (sscanf(line, "open %d %d %1000s %499[^\n]", &count, &over, path, agent) == 4) {
    prepare(path, agent);
    opened = failed = 0;
    wanted = count;
    batch_from = total;
    open_from = now();
    open_over = over;
    deadline = open_from + over + OPEN_PATIENCE;
    answering_open = 1;
  } else if (sscanf(line, "join %1000s %499[^\n]", path, agent) == 2) {
    prepare(path, agent);
    for (int at = 0; at < total; at++) viewers[at]->next_at = 0;
    waiting_for = alive;
    reached = 0;
    dial();
    /* The joining viewer itself is not waited for. */
    viewers[total - 1]->next_at = -1;
    joining = 1;
    deadline = now() + JOIN_PATIENCE;
  } else if (!strncmp(line, "count", 5)) {
    printf("{\"parts\":%llu,\"bytes\":%llu,\"alive\":%d}\n", (unsigned long long)parts, (unsigned long long)bytes,
           alive);
    fflush(stdout);
    parts = bytes = 0;
  } else if (sscanf(line, "nap %d", &nap) == 1) {
    printf("{\"nap\":%d}\n", nap);
    fflush(stdout);
  } else if (!strncmp(line, "close", 5)) {
    leave(total);
    parts = bytes = 0;
  } else if (sscanf(line, "leave %d", &count) == 1) {
    leave(count < total ? count : total);
  }
}

static void dial_what_is_due(void) {
  if (!answering_open) return;
  int made = total - batch_from;
  if (open_over > 0) {
    int due = (now() - open_from) / open_over * wanted + 1;
    for (; made < wanted && made < due; made++) dial();
  } else {
    for (; made < wanted && made - opened - failed < IN_FLIGHT; made++) dial();
  }
}

int main(int count, char **words) {
  if (count != 3) return 2;
  port = atoi(words[1]);
  sources = atoi(words[2]);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  epoll = epoll_create1(0);
  struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
  fcntl(0, F_SETFL, O_NONBLOCK);
  epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input);
  static char line[8192];
  int length = 0;
  struct epoll_event events[512];
  int ready = 0, handled = 0;
  for (;;) {
    int busy = answering_open || joining;
    /* Not between two batches of the same events; but pictures that arrive meanwhile wait for the next time. */
    if (nap > 0 && !busy && (ready < 512 || handled >= alive)) {
      usleep(nap * 1000);
      handled = 0;
    }
    ready = epoll_wait(epoll, events, 512, answering_open ? 1 : busy ? 20 : -1);
    handled += ready;
    for (int at = 0; at < ready; at++) {
      if (events[at].data.ptr) {
        serve(events[at].data.ptr, events[at].events);
        continue;
      }
      ssize_t got = read(0, line + length, sizeof line - 1 - length);
      if (got == 0) return 0;
      if (got > 0) length += got;
      line[length] = 0;
      for (char *end; (end = strchr(line, '\n'));) {
        *end = 0;
        obey(line);
        length -= end + 1 - line;
        memmove(line, end + 1, length + 1);
      }
    }
    for (; buried_count > 0; buried_count--) {
      free(buried[buried_count - 1]->head);
      free(buried[buried_count - 1]);
    }
    dial_what_is_due();
    answer_when_done();
  }
}
