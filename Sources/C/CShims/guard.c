#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shims.h"

static double seconds_now(void) { return hearth_monotonic_ns() / 1e9; }

/* Reaps children; returns whether |command| is among them, with its status. */
static int reap(pid_t command, int *status) {
  int ended = 0, one;
  pid_t pid;
  while ((pid = waitpid(-1, &one, WNOHANG)) > 0) {
    if (pid != command) continue;
    *status = one;
    ended = 1;
  }
  return ended;
}

int hearth_guard(char *const command[], int parent, int grace_seconds) {
  setpgid(0, 0);
  /* What the command leaves behind becomes a child of this process, and is reaped here. */
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t heard, before;
  sigemptyset(&heard);
  sigaddset(&heard, SIGTERM);
  sigaddset(&heard, SIGINT);
  sigaddset(&heard, SIGCHLD);
  sigprocmask(SIG_BLOCK, &heard, &before);
  if (hearth_end_with_parent(parent, SIGTERM) != 0) return 128 + SIGTERM;

  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
    execvp(command[0], command);
    fprintf(stderr, "%s can't be run: %s\n", command[0], strerror(errno));
    _exit(127);
  }
  if (child < 0) return 126;

  int status = 0, is_running = 1;
  while (is_running) {
    int signal = sigwaitinfo(&heard, NULL);
    if (signal == SIGCHLD) {
      is_running = !reap(child, &status);
    } else if (signal > 0) {
      break;
    }
  }
  /* The group has this process in it, which keeps SIGTERM blocked. */
  kill(0, SIGTERM);
  double end = seconds_now() + grace_seconds;
  int ignored;
  for (;;) {
    reap(child, is_running ? &status : &ignored);
    if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD) break;
    if (seconds_now() >= end) {
      /* Ends this process too: its own status says so. */
      kill(0, SIGKILL);
    }
    struct timespec pause = {.tv_nsec = 20000000};
    sigtimedwait(&heard, NULL, &pause);
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
