#!/usr/bin/env python3
"""chaos_jobs.py BIN RUNS [SEED]: trains the example job on a fleet of real processes in two regions,
kills these with -9, cuts the job short and moves it, and compares its final loss, bit for bit, with
that of a run that nobody disturbed."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path(sys.argv[1]).resolve()
RUNS = int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
HERE = pathlib.Path(__file__).resolve().parents[2]
TRAIN = HERE / "examples/jobs/train.py"
STEPS, PACE, LEASE = 240, 0.05, 5
# The same arithmetic on every node, whatever it has and whoever shares it.
SAME = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def undisturbed():
    """The final loss of two workers without Hearth."""
    port = free_port()
    workers = [
        subprocess.Popen(
            [sys.executable, TRAIN, "--steps", str(STEPS)],
            env=os.environ | SAME | {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
                         "MASTER_PORT": str(port)},
            stdout=subprocess.PIPE, text=True)
        for rank in (0, 1)
    ]
    out = [worker.communicate()[0] for worker in workers]
    return re.search(r"final loss (\S+)", out[0]).group(1)


class Fleet:
    """A control plane, two region agents and four nodes, each of which can be killed and started."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {name: free_port() for name in
                      ("control", "eu", "us", "eu-1", "eu-2", "us-1", "us-2")}
        self.running = {}
        self.log = open(folder / "log", "ab")
        for name in self.ports:
            self.start(name)

    def start(self, name):
        address = f"127.0.0.1:{self.ports[name]}"
        common = ["--listen", address, "--log-format", "text", "--heartbeat", "200ms",
                  "--suspect-after", "600ms", "--lost-after", "2s"]
        if name == "control":
            words = ["hearth-control", "--state-folder", self.folder / "state",
                     "--jobs-lease", f"{LEASE}s"]
        elif "-" not in name:
            words = ["hearth-region", "--region", name, "--control", self.address("control")]
        else:
            region = name[:2]
            words = ["hearth-node", "--name", name, "--region", region, "--agent",
                     self.address(region), "--jobs-folder", self.folder / "jobs" / name,
                     "--jobs-cut-off-max", f"{LEASE}s", "--gpu-count", "2", "--replicas",
                     "[{model: llama-3.1-8b, gpu: h100-sxm}]"]
            (self.folder / "jobs" / name).mkdir(parents=True, exist_ok=True)
        self.running[name] = subprocess.Popen(
            [BIN / words[0]] + words[1:] + common, stdout=self.log, stderr=self.log)

    def address(self, name):
        return f"127.0.0.1:{self.ports[name]}"

    def kill(self, name):
        self.running[name].kill()
        self.running[name].wait()

    def workers(self, name):
        """The processes of a node's workers, their shims first."""
        mark = str(self.folder / "jobs" / name).encode()
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if mark in text and int(entry.name) != self.running[name].pid:
                found.append(int(entry.name))
        return found

    def kill_machine(self, name):
        """Everything on a node at once."""
        self.kill(name)
        for _ in range(3):
            for process in self.workers(name):
                try:
                    os.kill(process, signal.SIGKILL)
                except OSError:
                    pass

    def hearth(self, *words, check=True):
        done = subprocess.run([BIN / "hearth", *words], capture_output=True, text=True, timeout=60,
                              env=os.environ | {"HEARTH_ADDRESS": self.address("control")})
        if check and done.returncode not in (0, 1):
            raise RuntimeError(f"hearth {' '.join(words)}: {done.returncode} {done.stderr}")
        return done

    def job(self):
        done = self.hearth("job", "get", "train", "-o", "json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def end(self):
        for name, process in self.running.items():
            process.kill()
        for name in self.running:
            if "-" in name:
                for process in self.workers(name):
                    try:
                        os.kill(process, signal.SIGKILL)
                    except OSError:
                        pass
        for process in self.running.values():
            process.wait()


def run(number, wanted):
    dice = random.Random(SEED * 1000 + number)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hearth-chaos-"))
    (folder / "checkpoints").mkdir()
    fleet = Fleet(folder)
    counts, isGood = {}, False
    try:
        (folder / "job.yaml").write_text(f"""
name: train
tenant: chaos
command: [{sys.executable}, {TRAIN}, --steps, "{STEPS}", --pace, "{PACE}", --every, "10"]
environment: {json.dumps(SAME)}
gpus: 1
workers: 2
checkpoint: {{driver: periodic, directory: {folder}/checkpoints, interval: 1s}}
notice: 3s
minimumRun: 0s
retries: 100
""")
        (folder / "rival.yaml").write_text("""
name: rival
tenant: rival
command: [sleep, "2"]
gpus: 1
workers: 4
spanRegions: true
priority: 7
""")
        fleet.hearth("status", "--wait", "60s", "--nodes", "4")
        deadline = time.monotonic() + 60
        while fleet.hearth("job", "run", "--detach", folder / "job.yaml", check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise RuntimeError("the job was not taken")
            time.sleep(0.5)
        begun = time.monotonic()
        kinds = ["agent", "machine", "control", "region", "worker", "rival"]
        due = []
        while True:
            if time.monotonic() > begun + 240:
                raise RuntimeError("the job has not ended after 4 minutes")
            for at, name in [entry for entry in due if entry[0] <= time.monotonic()]:
                fleet.start(name)
                due.remove((at, name))
            job = fleet.job()
            if job and job["state"] in ("succeeded", "failed", "cancelled"):
                break
            if job and job["state"] == "running" and time.monotonic() < begun + 60:
                time.sleep(dice.uniform(0.5, 3))
                kind = dice.choice(kinds)
                nodes = sorted({worker["node"] for worker in job["workers"]})
                node = dice.choice(nodes)
                away = {name for _, name in due}
                target = {"control": "control", "region": node[:2]}.get(kind, node)
                if target in away:
                    continue
                counts[kind] = counts.get(kind, 0) + 1
                if kind == "rival":
                    fleet.hearth("job", "run", "--detach", folder / "rival.yaml", check=False)
                elif kind == "worker":
                    found = fleet.workers(node)
                    if found:
                        try:
                            os.kill(dice.choice(found), signal.SIGKILL)
                        except OSError:
                            pass
                elif kind == "machine":
                    fleet.kill_machine(node)
                    due.append((time.monotonic() + dice.uniform(1, 12), node))
                else:
                    fleet.kill(target)
                    due.append((time.monotonic() + dice.uniform(0.2, 3), target))
            else:
                time.sleep(0.3)
        # What node has the last worker's output need not be there any more.
        found = []
        for log in folder.glob("jobs/*/logs/train/0.*/out.*"):
            found += re.findall(r"final loss (\S+)", log.read_text(errors="replace"))
        for name in [name for _, name in due]:
            fleet.start(name)
        isGood = job["state"] == "succeeded" and found[-1:] == [wanted]
        what = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        print(f"run {number}: {job['state']} after {job['attempt']} attempts in "
              f"{time.monotonic() - begun:.0f} s, final loss {found[-1:]} "
              f"{'as undisturbed' if isGood else 'NOT ' + wanted}; killed: {what}", flush=True)
    finally:
        fleet.end()
        if isGood:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"see {folder}", file=sys.stderr)
    return isGood


wanted = undisturbed()
print(f"undisturbed: final loss {wanted}", flush=True)
good = sum(run(number, wanted) for number in range(RUNS))
print(f"{good} of {RUNS} runs ended with the loss of the undisturbed one")
sys.exit(0 if good == RUNS else 1)
