"""Talks to real engines in three regions under three policies: demo_engines.py BIN FOLDER.

FOLDER has the model, and takes settings and logs. Each policy gets the same conversations, and
engines and a fleet that have just started.
"""
import asyncio
import contextlib
import json
import pathlib
import random
import signal
import subprocess
import sys
import time

import openai

HERE = pathlib.Path(__file__).parents[2]
POLICIES = ["nearest", "round-robin", "warm"]
# It is daytime in the second: most users are there.
USERS = {"us-east": 2, "eu-west": 8, "ap-south": 2}
# Conversations of a user, and turns of one.
CONVERSATIONS, TURNS = 2, 5
# The memory of an engine, and the tokens of a conversation in the middle of it.
SLOTS, SLOT_TOKENS, USUAL_TOKENS, ANSWER_TOKENS = 5, 3072, 1600, 24
# Seconds that a user takes to read and to answer.
THINKING = (0.4, 1.6)

FLEET = """
policy: {policy}
controlPlane: {{listen: 127.0.0.1:0}}
models:
  tiny:
    {{parameters: 3000000, layers: 4, heads: 4, kvHeads: 2, headSize: 64, contextTokensMax: 3072}}
replica: {{model: tiny, gpu: cpu-core, runningMax: {slots}, kvBlockCount: {blocks}}}
regions:
  - name: us-east
    rtt: {{eu-west: 80ms, ap-south: 200ms}}
    nodes: [{{name: us-east-1, replicas: [{{engine: "{us-east}"}}]}}]
  - name: eu-west
    rtt: {{ap-south: 130ms}}
    nodes: [{{name: eu-west-1, replicas: [{{engine: "{eu-west}"}}]}}]
  - name: ap-south
    nodes: [{{name: ap-south-1, replicas: [{{engine: "{ap-south}"}}]}}]
"""


class Processes:
    """What was started, which ends with this object."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def start(self, name, command):
        """Starts a program; its output goes to files that are named."""
        out, errors = self.folder / f"{name}.out", self.folder / f"{name}.log"
        with open(out, "w") as first, open(errors, "w") as second:
            # A Ctrl-C is for this program alone, which then ends the others in order.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=first,
                stderr=second,
                start_new_session=True,
            )
        self.started.append((name, process))
        return out, errors

    def wait_for(self, file, found):
        """What `found` finds in a file, once it does."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if value := found(file.read_text() if file.exists() else ""):
                return value
            for name, process in self.started:
                if process.poll() is not None:
                    sys.exit(f"{name} ended: {(self.folder / f'{name}.log').read_text()[-2000:]}")
            time.sleep(0.05)
        sys.exit(f"{file} does not say what it should: {file.read_text()[-2000:]}")

    def close(self):
        """Ends all, the last first."""
        for name, process in reversed(self.started):
            process.terminate()
        for name, process in reversed(self.started):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def first_line(text):
    """The line that a text begins with, if all of it is there."""
    return text.partition("\n")[0] if "\n" in text else None


def serving_http(text):
    """Where a gateway says that it serves."""
    lines = [line for line in text.splitlines() if '"serving HTTP"' in line]
    return json.loads(lines[0])["address"] if lines else None


def start_fleet(processes, bin, policy):
    """Starts engines and a fleet; where the gateway of each region serves."""
    folder = processes.folder
    server = [sys.executable, str(HERE / "Tests/Engines/llama_server.py")]
    server += [str(folder / "model/tiny.gguf")]
    sizes = ["--slots", str(SLOTS), "--slot-tokens", str(SLOT_TOKENS), "--host-cache", "0"]
    engines = {
        region: processes.start(f"engine-{region}", server + sizes) for region in USERS
    }
    places = {region: processes.wait_for(out, first_line) for region, (out, _) in engines.items()}
    blocks = SLOTS * USUAL_TOKENS // 16
    text = FLEET.format(policy=policy, slots=SLOTS, blocks=blocks, **places)
    (folder / "fleet.yaml").write_text(text)
    address = folder / "address"
    address.unlink(missing_ok=True)
    files = ["--file", str(folder / "fleet.yaml"), "--address-file", str(address)]
    out, _ = processes.start("fleet", [f"{bin}/hearth", "dev"] + files)
    control = processes.wait_for(address, first_line)
    ready = [f"{bin}/hearth", "status", "--address", control, "--wait", "30s", "--nodes", "3"]
    subprocess.run(ready, check=True, stdout=subprocess.DEVNULL)
    # One key for all, so that each knows what the others sent where.
    common = ["--control", control, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    common += ["--log-format", "json"]
    gateways = {
        region: processes.start(
            f"gateway-{region}",
            [f"{bin}/hearth-gateway", "--region", region, "--prompt-key", "7"] + common,
        )
        for region in USERS
    }
    return {region: processes.wait_for(log, serving_http) for region, (_, log) in gateways.items()}


def words(randomly, count):
    """Something to say."""
    known = "please explain how the weather of a city in the north can change in one morning"
    return " ".join(randomly.choices(known.split(), k=count))


class Results:
    """What came of the turns under one policy."""

    def __init__(self):
        self.prompt_tokens = self.cached_tokens = self.elsewhere = 0
        self.first_tokens = []

    def first_token(self, share):
        """The time within which a share of the turns had their first token, in milliseconds."""
        times = sorted(self.first_tokens)
        return 1000 * times[min(len(times) - 1, int(share * len(times)))]


async def converse(client, region, randomly, results, on_turn):
    """Talks until there is nothing more to say."""
    messages = []
    for turn in range(TURNS):
        await asyncio.sleep(randomly.uniform(*THINKING))
        count = randomly.randint(500, 900) if turn == 0 else randomly.randint(80, 250)
        messages.append({"role": "user", "content": words(randomly, count)})
        began, first, answer = time.monotonic(), None, ""
        raw = await client.chat.completions.with_raw_response.create(
            model="tiny",
            messages=messages,
            max_tokens=ANSWER_TOKENS,
            stream=True,
            stream_options={"include_usage": True},
            extra_headers={"x-hearth-explain": "1"},
        )
        async for chunk in raw.parse():
            if chunk.choices and chunk.choices[0].delta.content:
                first = first or time.monotonic()
                answer += chunk.choices[0].delta.content
            if chunk.usage:
                results.prompt_tokens += chunk.usage.prompt_tokens
                results.cached_tokens += chunk.usage.prompt_tokens_details.cached_tokens
        results.first_tokens.append(first - began)
        results.elsewhere += raw.headers["x-hearth-region"] != region
        messages.append({"role": "assistant", "content": answer})
        on_turn()


async def serve(gateways, on_turn):
    """Has all conversations of all users; what came of them."""
    results = Results()

    async def use(client, region, number):
        randomly = random.Random(number)
        for _ in range(CONVERSATIONS):
            await converse(client, region, randomly, results, on_turn)

    async with asyncio.TaskGroup() as group:
        regions = [region for region, count in USERS.items() for _ in range(count)]
        for number, region in enumerate(regions):
            client = openai.AsyncOpenAI(base_url=f"http://{gateways[region]}/v1", api_key="none")
            group.create_task(use(client, region, number))
    return results


def run(bin, folder, policy):
    """Serves the conversations under one policy, and shows how far it is."""
    with contextlib.closing(Processes(folder)) as processes:
        gateways = start_fleet(processes, bin, policy)
        total, done = sum(USERS.values()) * CONVERSATIONS * TURNS, 0

        def on_turn():
            nonlocal done
            done += 1
            if sys.stdout.isatty():
                print(f"\r{policy}: {done} of {total} turns", end="", flush=True)

        results = asyncio.run(serve(gateways, on_turn))
        print(f"\r{policy}: {done} of {total} turns", flush=True)
        return results


def table(columns):
    """The results, a policy a column."""
    rows = {
        "turns": lambda r: f"{len(r.first_tokens)}",
        "prompt tokens": lambda r: f"{r.prompt_tokens}",
        "found cached by the engines": lambda r: f"{r.cached_tokens / r.prompt_tokens:.1%}",
        "TTFT p50": lambda r: f"{r.first_token(0.5):.0f}ms",
        "TTFT p90": lambda r: f"{r.first_token(0.9):.0f}ms",
        "cross-region": lambda r: f"{r.elsewhere / len(r.first_tokens):.1%}",
    }
    print(" " * 28 + "".join(f"{policy:>13}" for policy in columns))
    for name, value in rows.items():
        print(f"{name:28}" + "".join(f"{value(each):>13}" for each in columns.values()))


def main():
    bin, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    users = sum(USERS.values())
    print(
        f"{users} users, {USERS['eu-west']} of them in eu-west, have {users * CONVERSATIONS} "
        f"conversations of {TURNS} turns with a llama.cpp server\nin each of three regions, "
        f"which remembers {SLOTS} conversations."
    )
    columns = {policy: run(bin, folder, policy) for policy in POLICIES}
    print()
    table(columns)


if __name__ == "__main__":
    for each in [signal.SIGINT, signal.SIGTERM]:
        signal.signal(each, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
