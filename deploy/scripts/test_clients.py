"""Has load generators work with a gateway before engines: test_clients.py BIN FOLDER VENVS.

FOLDER has the model, and takes settings and logs; VENVS has an environment for each generator.
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

from demo_engines import Processes, start_fleet

REQUESTS = 6


def run(command, folder):
    """Runs a generator to its end, without a network."""
    own = {"HF_HOME": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [str(part) for part in command], env=os.environ | own, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stdout[-3000:]}{done.stderr[-3000:]}")


def cache_tokenizer(folder, name):
    """Puts the tokenizer where Hugging Face's library looks before it asks the network."""
    place = folder / "cache/hub" / ("models--" + name.replace("/", "--"))
    (place / "refs").mkdir(parents=True)
    (place / "refs/main").write_text("1")
    shutil.copytree(folder / "model/hf", place / "snapshots/1")


def guidellm(program, url, folder):
    """Its own way to know that it is up, content as parts, usage in each chunk."""
    out = folder / "guidellm.json"
    command = [program, "run", "--disable-console", "--profile", "kind=synchronous"]
    command += ["--backend", f"kind=openai_http,target={url},model=tiny"]
    command += ["--constraint", f"kind=max_requests,count={REQUESTS}"]
    command += ["--tokenizer", f"kind=huggingface_auto,model={folder}/model/hf"]
    command += ["--data", "kind=synthetic_text,prompt_tokens=64,output_tokens=8"]
    run(command + ["--output", f"kind=json,path={out}"], folder)
    totals = json.loads(out.read_text())["benchmarks"][0]["metrics"]["request_totals"]
    return totals["successful"], totals["errored"]


def aiperf(program, url, folder):
    """Metrics asked for by HEAD, and hints of sessions in its headers."""
    cache_tokenizer(folder, "hearth/tiny")
    command = [program, "profile", "--model", "tiny", "--url", url, "--endpoint-type", "chat"]
    command += ["--streaming", "--tokenizer", "hearth/tiny", "--request-count", REQUESTS]
    command += ["--concurrency", 2, "--synthetic-input-tokens-mean", 64]
    command += ["--output-tokens-mean", 8, "--ui-type", "none"]
    run(command + ["--output-artifact-dir", folder / "aiperf"], folder)
    report = json.loads((folder / "aiperf/profile_export_aiperf.json").read_text())
    return int(report["request_count"]["avg"]), len(report["error_summary"])


def main():
    bin, folder, environments = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    with contextlib.closing(Processes(folder)) as processes:
        gateways = start_fleet(processes, bin, "warm")
        url = f"http://{gateways['eu-west']}"
        for generator in [guidellm, aiperf]:
            name = generator.__name__
            program = environments / f"{name}-venv/bin/{name}"
            completed, failed = generator(program, url, folder)
            print(f"{name}: {completed} requests completed, {failed} failed", flush=True)
            if (completed, failed) != (REQUESTS, 0):
                sys.exit(f"{name} should have completed {REQUESTS}")


if __name__ == "__main__":
    main()
