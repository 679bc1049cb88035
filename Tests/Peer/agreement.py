#!/usr/bin/env python3
"""LoRA on a real task, trained by transformers + peft and by lowrank with the same hyperparameters over several seeds.

    make minilm agreement DATA=~/glue

Needs a Python with torch, transformers and peft (PEER_PYTHON names it). Trains the runs of experiments/peer-mrpc.yaml that are not
done, then as many of the peer's, one at a time with all cores, and prints both means with their standard errors, the difference in
standard errors, and the time of one whole training of each, evaluation included.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def train_peer(python, args, seed, log):
    """The scores of each epoch; kept in `log`, so that a second call does not train again."""
    if not log.exists():
        began = time.perf_counter()
        done = subprocess.run([python, str(HERE / "train_peft.py"), "--model", args.model, "--data", args.data, "--task", "mrpc", "--epochs", "4",
                               "--batch", "32", "--lr", "1e-3", "--rank", "8", "--alpha", "16", "--seed", str(seed)],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + json.dumps({"event": "whole", "seconds": time.perf_counter() - began}) + "\n")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line["scores"]["dev"] for line in lines if line["event"] == "epoch"], lines[-1]["seconds"]


def train_ours(args, seed):
    began = time.perf_counter()
    subprocess.run([args.program, "run", "peer-mrpc", "--profile", "small", "--data", args.data, "--seeds", str(seed), "--jobs", "1",
                    "--threads", str(os.cpu_count())], stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    run = next(Path("results/peer-mrpc/small").glob(f"*/mrpc/seed-{seed}"))
    record = json.loads((run / "record.json").read_text())
    return record, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/lowrank")
    parser.add_argument("--model", default="models/minilm")
    parser.add_argument("--data", required=True)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    python = os.environ.get("PEER_PYTHON", sys.executable)
    for seed in range(args.seeds):
        record, seconds = train_ours(args, seed)
        print(seed, seconds, json.dumps(record)[:3000])
        print(train_peer(python, args, seed, Path(f"results/peer-mrpc/peft/seed-{seed}.jsonl")))


if __name__ == "__main__":
    main()
