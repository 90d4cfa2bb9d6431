"""The processes that are measured: mock engines, Hearth's and other routers, each on its core."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent
BUILD = ROOT.parent / ".build"
ENGINES = 4
TICKS = os.sysconf("SC_CLK_TCK")
PEERS = {"sglang-router": "0.3.2", "smg": "1.13.0", "vllm-router": "0.1.17"}

# KV blocks of each engine, of 16 tokens.
KV_BLOCKS = 25_000
# What the fleet is told of engines that take no time, and of those that compute REAL_PREFILL
# tokens of a prompt a second.
QUICK = ({"parameters": 10_000_000, "layers": 2, "heads": 2, "kvHeads": 1, "headSize": 64,
          "contextTokensMax": 131_072}, {"gpu": "b200", "gpuCount": 8})
REAL = ({"parameters": 8_000_000_000, "layers": 32, "heads": 32, "kvHeads": 8, "headSize": 128,
         "contextTokensMax": 131_072}, {"gpu": "h100-sxm"})
REAL_PREFILL = 27_000


class Failure(Exception):
    """Ends the run with words."""


def free_ports(count):
    """So many free ports in a row."""
    while True:
        sockets = []
        try:
            sockets.append(socket.create_server(("127.0.0.1", 0)))
            first = sockets[0].getsockname()[1]
            for port in range(first + 1, first + count):
                sockets.append(socket.create_server(("127.0.0.1", port)))
            return first
        except (OSError, OverflowError):
            continue
        finally:
            for made in sockets:
                made.close()


class Process:
    """A program on one core; what it says goes to a file."""

    def __init__(self, name, command, core, folder, priority):
        self.name = name
        self.log = folder / f"{name}.log"

        def setup():
            os.sched_setaffinity(0, {core})
            if priority:
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))

        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log,
                                            preexec_fn=setup, start_new_session=True)
        self.pid = self.process.pid

    def cpu_seconds(self):
        """Processor time so far, of all threads, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, key="VmRSS"):
        """In bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{key}:\s+(\d+)", status, re.MULTILINE)[1]) * 1024

    def check(self):
        if self.process.poll() is not None:
            words = self.log.read_text(errors="replace")[-2000:]
            raise Failure(f"{self.name} ended with {self.process.returncode}:\n{words}")

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Engines:
    """Mock engines on ports in a row."""

    def __init__(self, start, gap_ms=0, prefill=0):
        self.port = free_ports(ENGINES)
        self.process = start(
            "engines", [BUILD / "engine", self.port, ENGINES, gap_ms, prefill, KV_BLOCKS])
        self.addresses = [f"127.0.0.1:{self.port + index}" for index in range(ENGINES)]
        until(lambda: self.counts(), self.process)

    def counts(self):
        return json.load(urllib.request.urlopen(f"http://{self.addresses[0]}/counts", timeout=5))

    def reset(self):
        urllib.request.urlopen(f"http://{self.addresses[0]}/reset", data=b"", timeout=5).read()


class Router:
    """What clients ask: one process that is measured, and those behind it."""

    def __init__(self, name, port, process, behind=()):
        self.name, self.port, self.process = name, port, process
        self.behind = {process.name: process for process in behind}

    @property
    def processes(self):
        return [self.process, *self.behind.values()]

    def wait(self):
        body = json.dumps({"model": "mock", "max_tokens": 1,
                           "messages": [{"role": "user", "content": "hello"}]}).encode()

        def answers():
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/v1/chat/completions", body,
                {"Content-Type": "application/json"})
            return urllib.request.urlopen(request, timeout=5).status == 200

        until(answers, *self.processes)
        return self

    def stop(self):
        for process in self.processes:
            process.stop()


def until(holds, *processes, limit=60):
    """Waits until it holds, while the processes run."""
    end = time.monotonic() + limit
    while True:
        for process in processes:
            process.check()
        try:
            if holds():
                return
        except (OSError, ValueError):
            pass
        if time.monotonic() > end:
            raise Failure(f"{processes[0].name} is not ready after {limit} s")
        time.sleep(0.05)


def hearth(folder, start, start_behind, programs, engines, replica=QUICK):
    """A gateway with its control plane, region agent and a node of all engines."""
    control, region, node, health, http = (f"127.0.0.1:{free_ports(1)}" for _ in range(5))
    # What engines hold that tell nothing of it is followed in larger blocks than theirs.
    replicas = [{**replica[1], "model": "mock", "kvBlockTokens": 64, "kvBlockCount": KV_BLOCKS // 4,
                 "runningMax": 4096, "waitingMax": 4096, "engine": address}
                for address in engines.addresses]
    config = folder / "node.yaml"
    # JSON is YAML.
    config.write_text(json.dumps({
        "name": "node-1", "region": "here", "agent": region, "listen": node,
        "models": {"mock": replica[0]}, "replicas": replicas}))
    behind = [
        start_behind("control", [programs / "hearth-control", "--listen", control]),
        start_behind("region", [programs / "hearth-region", "--region", "here", "--control",
                                control, "--listen", region]),
        start_behind("node", [programs / "hearth-node", "--config", config]),
    ]
    gateway = start("gateway", [programs / "hearth-gateway", "--region", "here", "--control",
                                control, "--listen", health, "--http", http, "--prompt-key", 1,
                                # No line per request, like the others.
                                "--log-level", "error"])
    return Router("hearth", int(http.rpartition(":")[2]), gateway, behind).wait()


def peer(name, start, engines):
    """Another router, which routes by its cache as it does by default."""
    port, metrics = free_ports(1), free_ports(1)
    urls = [f"http://{address}" for address in engines.addresses]
    venv = BUILD / "peers" / name / "bin"
    command = {
        "sglang-router": [venv / "python", "-m", "sglang_router.launch_router"],
        "smg": [venv / "smg", "launch"],
        "vllm-router": [venv / "vllm-router"],
    }[name]
    options = ["--worker-urls", *urls, "--policy", "cache_aware", "--host", "127.0.0.1", "--port",
               port, "--prometheus-port", metrics, "--log-level", "error"]
    return Router(name, port, start(name, command + options)).wait()


def install(name, version):
    """A virtual environment with the router; false, with words, when it can't be had."""
    venv = BUILD / "peers" / name
    stamp = venv / "version"
    if stamp.exists() and stamp.read_text() == version:
        return True
    try:
        subprocess.run([sys.executable, "-m", "venv", venv], check=True, capture_output=True)
        subprocess.run([venv / "bin/pip", "install", "--quiet", "--timeout", "15", "--retries", "1",
                        f"{name}=={version}"], check=True, capture_output=True, timeout=600)
    except (subprocess.SubprocessError, OSError) as error:
        words = (getattr(error, "stderr", None) or str(error).encode()).decode().strip()
        print(f"{name} is left out: {words.splitlines()[-1] if words else error}", file=sys.stderr)
        return False
    stamp.write_text(version)
    return True


def compile_tools():
    BUILD.mkdir(exist_ok=True)
    for name in ("engine", "load"):
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", BUILD / name, ROOT / f"{name}.c"],
                       check=True)
