#ifndef HEARTH_WORKERS_H
#define HEARTH_WORKERS_H

#include <sys/types.h>

/* A program to start; every descriptor is open already. */
struct hearth_worker {
  char *const *argv;
  char *const *envp;
  const char *cwd;
  /* -1: as the caller. */
  long long uid, gid;
  int out, err;
  /* The cgroup.procs files to enter, open for writing. */
  const int *groups;
  int group_count;
};

/* What failed before the program ran. */
enum hearth_stage {
  HEARTH_STAGE_FORK,
  HEARTH_STAGE_GROUP,
  HEARTH_STAGE_CWD,
  HEARTH_STAGE_USER,
  HEARTH_STAGE_EXEC
};

struct hearth_fault {
  int stage;
  int error;
};

/*
 * Forks the program in a session and process group of its own. It waits, in no cgroup yet, until
 * |go| is written to or closed. Returns its pid, or -errno.
 */
pid_t hearth_fork_worker(const struct hearth_worker *worker, int *go, int *faults);

/* Lets a forked program run; returns 0 once it does, or -1 and why not. Closes both. */
int hearth_release_worker(int go, int faults, struct hearth_fault *fault);

/* Has orphaned descendants become children of the caller. Returns 0 or -errno. */
int hearth_become_subreaper(void);

/*
 * Starts |argv| twice removed: in a session of its own, not a child of the caller, with |err| as
 * its standard error and |report| as descriptor 3. Returns 0 or -errno.
 */
int hearth_start_detached(char *const argv[], int err, int report);

/* Makes a pipe that programs do not inherit. Returns 0 or -1 and errno. */
int hearth_pipe(int ends[2]);

/* Reaps one child that ended: its pid, 0 when none has, -errno when there is none. */
pid_t hearth_reap(int *status, long long *rss_bytes, long long *cpu_ns);

/* The exit status of a reaped child, or minus the signal that ended it. */
int hearth_exit(int status);

/* Listens at |path|, mode 0600, for packets; connects to one. Return the socket or -errno. */
int hearth_listen_packets(const char *path);
int hearth_connect_packets(const char *path);

/* Takes a connection whose peer is this user or root; -EPERM for another one, or -errno. */
int hearth_accept_trusted(int listener);

#endif
