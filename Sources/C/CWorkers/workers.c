#define _GNU_SOURCE
#include "workers.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void reset_signals(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void fail(int faults, int stage) {
  struct hearth_fault fault = {.stage = stage, .error = errno};
  ssize_t written = write(faults, &fault, sizeof fault);
  (void)written;
  _exit(127);
}

static void become(const struct hearth_worker *worker, int go, int faults) {
  char byte;
  /* Whoever forked this ended before it wrote down that it did. */
  if (read(go, &byte, 1) != 1) _exit(127);
  setsid();
  for (int index = 0; index < worker->group_count; index++)
    if (write(worker->groups[index], "0", 1) != 1) fail(faults, HEARTH_STAGE_GROUP);
  int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, 0) < 0 || dup2(worker->out, 1) < 0 || dup2(worker->err, 2) < 0)
    fail(faults, HEARTH_STAGE_FORK);
  if (null > 2) close(null);
  if (worker->gid >= 0 && (setgroups(0, NULL) != 0 || setgid((gid_t)worker->gid) != 0))
    fail(faults, HEARTH_STAGE_USER);
  if (worker->uid >= 0 && setuid((uid_t)worker->uid) != 0) fail(faults, HEARTH_STAGE_USER);
  if (chdir(worker->cwd) != 0) fail(faults, HEARTH_STAGE_CWD);
  reset_signals();
  environ = (char **)worker->envp;
  execvp(worker->argv[0], worker->argv);
  fail(faults, HEARTH_STAGE_EXEC);
}

pid_t hearth_fork_worker(const struct hearth_worker *worker, int *go, int *faults) {
  int ready[2], told[2];
  if (pipe2(ready, O_CLOEXEC) != 0) return -errno;
  if (pipe2(told, O_CLOEXEC) != 0) {
    int error = errno;
    close(ready[0]);
    close(ready[1]);
    return -error;
  }
  pid_t child = fork();
  int error = errno;
  if (child == 0) {
    close(ready[1]);
    close(told[0]);
    become(worker, ready[0], told[1]);
  }
  close(ready[0]);
  close(told[1]);
  if (child < 0) {
    close(ready[1]);
    close(told[0]);
    return -error;
  }
  *go = ready[1];
  *faults = told[0];
  return child;
}

int hearth_release_worker(int go, int faults, struct hearth_fault *fault) {
  ssize_t count = write(go, "g", 1);
  close(go);
  do count = read(faults, fault, sizeof *fault);
  while (count < 0 && errno == EINTR);
  close(faults);
  return count == sizeof *fault ? -1 : 0;
}

int hearth_become_subreaper(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? 0 : -errno;
}

int hearth_start_detached(char *const argv[], int err, int report) {
  pid_t first = fork();
  if (first < 0) return -errno;
  if (first == 0) {
    setsid();
    pid_t second = fork();
    if (second != 0) _exit(second < 0 ? errno : 0);
    /* Above the numbers that are about to be taken. */
    err = fcntl(err, F_DUPFD, 10);
    report = fcntl(report, F_DUPFD, 10);
    int null = open("/dev/null", O_RDWR);
    if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(err, 2) < 0 || dup2(report, 3) < 0)
      _exit(127);
    close_range(4, ~0U, 0);
    reset_signals();
    execv(argv[0], argv);
    const char *why = strerror(errno);
    ssize_t written = write(3, why, strlen(why));
    (void)written;
    _exit(127);
  }
  int status;
  while (waitpid(first, &status, 0) < 0)
    if (errno != EINTR) return -errno;
  return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

int hearth_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

pid_t hearth_reap(int *status, long long *rss_bytes, long long *cpu_ns) {
  struct rusage usage;
  pid_t pid = wait4(-1, status, WNOHANG, &usage);
  if (pid < 0) return -errno;
  if (pid == 0) return 0;
  *rss_bytes = usage.ru_maxrss * 1024LL;
  *cpu_ns = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
            (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
  return pid;
}

int hearth_exit(int status) {
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int packet_socket(const char *path, struct sockaddr_un *address) {
  address->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
  strcpy(address->sun_path, path);
  int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  return made < 0 ? -errno : made;
}

static int close_failed(int made) {
  int error = errno;
  close(made);
  return -error;
}

int hearth_listen_packets(const char *path) {
  struct sockaddr_un address = {0};
  int made = packet_socket(path, &address);
  if (made < 0) return made;
  mode_t before = umask(0177);
  int bound = bind(made, (struct sockaddr *)&address, sizeof address);
  umask(before);
  return bound == 0 && listen(made, 16) == 0 ? made : close_failed(made);
}

int hearth_connect_packets(const char *path) {
  struct sockaddr_un address = {0};
  int made = packet_socket(path, &address);
  if (made < 0) return made;
  return connect(made, (struct sockaddr *)&address, sizeof address) == 0 ? made
                                                                          : close_failed(made);
}

int hearth_accept_trusted(int listener) {
  int taken = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (taken < 0) return -errno;
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(taken, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
      (peer.uid == 0 || peer.uid == geteuid()))
    return taken;
  close(taken);
  return -EPERM;
}
