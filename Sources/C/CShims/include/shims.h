#ifndef HEARTH_SHIMS_H
#define HEARTH_SHIMS_H

#include <stddef.h>

/* Names the calling thread, for debuggers and top; at most 15 bytes count. */
void hearth_name_thread(const char *name);

/*
 * Asks the kernel to send |signal| to this process when the process that started it ends. Returns 0,
 * or -1 when |parent| is not the parent any more: it ended before this call, and so should we.
 */
int hearth_end_with_parent(int parent, int signal);

/* A write to a closed socket or pipe is to fail, not to end the process. */
void hearth_ignore_broken_pipes(void);

/* Lets the calling thread get a signal that whoever started the process may have left blocked. */
void hearth_unblock_signal(int signal);

/* Nanoseconds of CLOCK_MONOTONIC. */
long long hearth_monotonic_ns(void);

/* Sets SO_REUSEPORT on a socket: libuv 1.44 has no flag for it. Returns 0 or -errno. */
int hearth_reuse_port(int socket);

/*
 * Has free() keep memory for what comes next instead of giving it back to the system at once, which
 * would cost a page fault for each page of each long message.
 */
void hearth_keep_freed_memory(void);

/* Connects to the Unix socket |path| without blocking; returns the socket or -errno. */
int hearth_connect_unix(const char *path);

/*
 * Runs |command| in a process group of its own, and returns its exit status, or 128 and the number
 * of the signal that ended it. The group ends with process |parent|, which started the caller,
 * however that ends, with SIGTERM to the caller, and with the command: by SIGTERM first, by SIGKILL
 * |grace_seconds| later. To be called before there are threads.
 */
int hearth_guard(char *const command[], int parent, int grace_seconds);

/* Raises the limit of open descriptors to the hard one; returns what it is then. */
long long hearth_raise_descriptor_limit(void);

/*
 * Sends |text| to the datagram socket at |path|, which is absolute, or abstract with a leading "@".
 * Never waits. Returns 0 or -errno.
 */
int hearth_send_datagram(const char *path, const char *text, size_t count);

#endif
