"""The first process of a worker's pid namespace: starts the worker, or is its new parent after a
restore, and leaves with its status. `supervisor.py STATUS-FILE LOG [PROGRAM ARGUMENT...]`."""
import os
import sys

status, log, program = sys.argv[1], sys.argv[2], sys.argv[3:]
if program:
    # Numbers that a restore finds free.
    with open("/proc/sys/kernel/ns_last_pid", "w") as last:
        last.write("1000")
    worker = os.fork()
    if worker == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(null, 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.closerange(3, 64)
        os.execvp(program[0], program)
while True:
    try:
        _, code = os.waitpid(-1, 0)
    except ChildProcessError:
        break
    if not (os.WIFSIGNALED(code) and os.WTERMSIG(code) == 9):
        with open(status, "a") as file:
            file.write(f"{os.waitstatus_to_exitcode(code)}\n")
