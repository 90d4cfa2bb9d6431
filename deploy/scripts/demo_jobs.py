#!/usr/bin/env python3
"""demo_jobs.py BIN: lets the example fleet serve conversations by day and train by night.

A transformer is trained by three workers on two nodes, is preempted by the morning, loses a node, and ends in another
region with the loss, bit for bit, of a run that nobody disturbed."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path(sys.argv[1]).resolve()
HERE = pathlib.Path(__file__).resolve().parents[2]
TRAIN = HERE / "examples/jobs/train.py"
TRACE = HERE / "deploy/traces/mooncake-conversation-10min.jsonl"
STEPS, PACE = 400, 0.1
# The same arithmetic wherever it runs.
SAME = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}
began = time.monotonic()
work = pathlib.Path(tempfile.mkdtemp(prefix="hearth-demo-jobs-"))
children = []


def say(words=""):
    print(f"{time.monotonic() - began:4.0f} s  {words}" if words else "", flush=True)


def hearth(*words):
    return subprocess.run([BIN / "hearth", *words], capture_output=True, text=True, timeout=60)


def show(*words):
    print(f"$ hearth {' '.join(str(word) for word in words)}".replace(f"{work}/", ""))
    done = hearth(*words)
    print((done.stdout + done.stderr).rstrip() + "\n", flush=True)


def job():
    done = hearth("job", "get", "night-school", "-o", "json")
    if done.returncode != 0:
        sys.exit(f"hearth job get: {done.stderr}")
    return json.loads(done.stdout)


def wait(what, condition, seconds=90):
    deadline = time.monotonic() + seconds
    while True:
        now = job()
        if condition(now):
            return now
        if now["state"] in ("failed", "cancelled") or time.monotonic() > deadline:
            show("job", "get", "night-school")
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.3)


def places(now):
    nodes = [worker["node"] for worker in now["workers"]]
    return " and ".join(f"{node} ({nodes.count(node)} GPUs)".replace("(1 GPUs)", "(1 GPU)")
                        for node in sorted(set(nodes)))


def step():
    found = re.findall(r"step (\d+) loss ([\d.]+)", hearth("job", "logs", "night-school").stdout)
    return f"step {found[-1][0]}, loss {found[-1][1]}" if found else "no step yet"


def conversations(name, requests):
    out = open(work / f"{name}.json", "w")
    words = ["replay", TRACE, "--requests", str(requests), "--load", "1.5", "-o", "json"]
    process = subprocess.Popen([BIN / "hearth", *words], stdout=out, stderr=subprocess.DEVNULL)
    children.append(process)
    return process


def served(name):
    report = json.loads((work / f"{name}.json").read_text())[0]
    return (f"{report['completed']} turns, {report['refused']} refused, "
            f"TTFT p50 {report['ttftP50Seconds']:.2f} s, p99 {report['ttftP99Seconds']:.2f} s")


def undisturbed():
    """The workers without Hearth, at a low priority."""
    port = "29467"
    return [
        subprocess.Popen(
            ["nice", sys.executable, TRAIN, "--steps", str(STEPS)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=os.environ | SAME | {"RANK": str(rank), "WORLD_SIZE": "3",
                                     "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port})
        for rank in range(3)
    ]


def processes(mark):
    """Processes whose command or environment has the mark in it."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in text:
            yield int(entry.name), (entry / "cmdline").read_bytes().split(b"\0")


def kill_node(name):
    """Ends the workers of a node, and silences its agent, as when its machine is gone."""
    folder = next(iter(pathlib.Path(tempfile.gettempdir()).glob(f"hearth-dev-*/jobs/{name}/run")))
    agent = None
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"hearth-node") and b"--config" in words:
                config = pathlib.Path(words[words.index(b"--config") + 1].decode())
                if re.search(rf"^name: {name}$", config.read_text(), re.M):
                    agent = int(entry.name)
        except (OSError, IndexError):
            continue
    os.kill(agent, signal.SIGSTOP)
    for _ in range(3):
        for process, words in processes(str(folder.parent)):
            if process != agent:
                try:
                    os.kill(process, signal.SIGKILL)
                except OSError:
                    pass
    return agent


def main():
    twins = undisturbed()
    children.extend(twins)
    fleet = (HERE / "deploy/fleet.yaml").read_text()
    fleet = re.sub(r"^controlPlane:.*$", "controlPlane: {listen: 127.0.0.1:0}", fleet, flags=re.M)
    fleet = re.sub(r"^(heartbeat|suspectAfter|lostAfter|jobs):.*\n", "", fleet, flags=re.M)
    fleet += "\nheartbeat: 300ms\nsuspectAfter: 1s\nlostAfter: 3s\njobs: {lease: 5s}\n"
    fleet += "sharing: {quiet: 5s, notice: 5s}\n"
    (work / "fleet.yaml").write_text(fleet)
    (work / "job.yaml").write_text(f"""\
name: night-school
tenant: research
command: [{sys.executable}, {TRAIN}, --steps, "{STEPS}", --pace, "{PACE}", --every, "10"]
environment: {json.dumps(SAME)}
gpus: 1
workers: 3
checkpoint: {{driver: periodic, directory: {work}/checkpoints, interval: 5s}}
notice: 5s
minimumRun: 0s
""")
    (work / "checkpoints").mkdir()
    print("A fleet of 3 regions with 2 nodes each, and 2 simulated GPUs on every node. By day all")
    print("of them serve conversations, 20 times faster than real ones; by night a job trains.\n")
    log = open(work / "fleet.log", "w")
    daemon = subprocess.Popen(
        [BIN / "hearth", "dev", "--file", work / "fleet.yaml", "--address-file", work / "address"],
        # At this pace a wait of 10 s is half a second, which a busy machine can lose anywhere.
        stdout=log, stderr=log, env=os.environ | {"HEARTH_QUEUE_WAIT_MAX": "20m"})
    children.append(daemon)
    while not (work / "address").exists() or not (work / "address").read_text():
        if daemon.poll() is not None:
            sys.exit((work / "fleet.log").read_text())
        time.sleep(0.1)
    os.environ["HEARTH_ADDRESS"] = (work / "address").read_text().strip()
    if hearth("status", "--wait", "30s", "--nodes", "6").returncode != 0:
        sys.exit((work / "fleet.log").read_text()[-4000:])

    say("Evening: conversations come, and somebody submits a job.")
    evening = conversations("evening", 800)
    time.sleep(3)
    show("job", "run", "--detach", work / "job.yaml")
    evening.wait()
    say(f"Night: the last conversations have ended ({served('evening')}).")
    now = wait("the job to run", lambda job: job["state"] == "running")
    say(f"The job trains on {places(now)}, whose replicas are parked.")
    time.sleep(10)
    say(f"It is at {step()}.")

    say()
    say("Morning: conversations come back, all at once.")
    morning = conversations("morning", 1800)
    now = wait("the job to be preempted", lambda job: job["state"] != "running")
    say("The job was told to go: it kept a checkpoint and left.")
    wait("its GPUs to be free", lambda job: job["state"] == "waiting")
    show("job", "events", "night-school")
    morning.wait()
    say(f"Night again ({served('morning')}).")
    now = wait("the job to run again", lambda job: job["state"] == "running")
    victim = sorted({worker["node"] for worker in now["workers"]})[0]
    region = now["workers"][0]["region"]
    say(f"The job goes on, on {places(now)}.")
    time.sleep(6)
    say(f"It is at {step()}.")
    say(f"The machine of {victim} is lost: its workers are killed, its agent is silent.")
    agent = kill_node(victim)
    now = wait("the job to run elsewhere",
               lambda job: job["state"] == "running" and victim not in places(job))
    elsewhere = now["workers"][0]["region"]
    say(f"The job runs on {places(now)}, in {elsewhere} instead of {region}.")
    now = wait("the end", lambda job: job["state"] == "succeeded", 120)
    say(f"It has ended after {now['attempt']} attempts.")
    os.kill(agent, signal.SIGCONT)
    print()
    show("job", "events", "night-school")
    show("compute", "report", "--by", "job")

    logs = list(pathlib.Path(tempfile.gettempdir()).glob(
        "hearth-dev-*/jobs/*/logs/night-school/0.*/out.*"))
    text = max(logs, key=lambda path: path.stat().st_mtime).read_text()
    loss = re.search(r"final loss (\S+)", text).group(1)
    wanted = re.search(r"final loss (\S+)", twins[0].communicate()[0]).group(1)
    print(f"final loss        {float.fromhex(loss):.12f}  {loss}")
    print(f"of an undisturbed {float.fromhex(wanted):.12f}  {wanted}")
    print("They are the same, bit for bit." if loss == wanted else "THEY DIFFER.")
    return loss == wanted


try:
    isSame = main()
finally:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
    shutil.rmtree(work, ignore_errors=True)
sys.exit(0 if isSame else 1)
