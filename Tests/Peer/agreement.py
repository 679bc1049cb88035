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
    """The scores of each epoch, and the seconds of the whole run."""
    done = subprocess.run([args.program, "run", "peer-mrpc", "--profile", "small", "--data", args.data, "--seeds", str(seed), "--jobs", "1",
                           "--threads", str(os.cpu_count())], capture_output=True, text=True)
    run = next(Path("results/peer-mrpc/small").glob(f"*/mrpc/seed-{seed}"), None)
    if run is None:
        sys.exit(done.stdout + done.stderr)
    record = json.loads((run / "record.json").read_text())
    segments = json.loads((run / "timing.json").read_text())["segments"]
    seconds = sum(s["training_seconds"] + s["evaluation_seconds"] + s["other_seconds"] for s in segments)
    return [{e["metric"]: e["value"] for e in epoch["scores"]} for epoch in record["epochs"]], seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/lowrank")
    parser.add_argument("--model", default="models/minilm")
    parser.add_argument("--data", required=True)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    python = os.environ.get("PEER_PYTHON", sys.executable)
    ours, theirs = [], []
    for seed in range(args.seeds):
        ours.append(train_ours(args, seed))
        theirs.append(train_peer(python, args, seed, Path(f"results/peer-mrpc/peft/seed-{seed}.jsonl")))
        print(f"seed {seed}: lowrank {ours[-1][1]:.0f} s, transformers + peft {theirs[-1][1]:.0f} s", file=sys.stderr, flush=True)

    print("| LoRA r=8 on query and value, MiniLM, MRPC | lowrank | transformers + peft | difference | in standard errors |")
    print("|---|--:|--:|--:|--:|")
    for metric in ("accuracy", "f1"):
        for which, pick in (("best epoch", max), ("last epoch", lambda values: values[-1])):
            scores = [[100 * pick([epoch[metric] for epoch in epochs]) for epochs, _ in side] for side in (ours, theirs)]
            means = [statistics.mean(side) for side in scores]
            errors = [statistics.stdev(side) / len(side) ** 0.5 for side in scores]
            gap, error = means[0] - means[1], (errors[0] ** 2 + errors[1] ** 2) ** 0.5
            cells = [f"{mean:.2f} ± {error:.2f}" for mean, error in zip(means, errors)]
            print(f"| {metric}, {which} | {cells[0]} | {cells[1]} | {gap:+.2f} | {abs(gap) / error:.1f} |")
    seconds = [statistics.median(side[1] for side in half) for half in (ours, theirs)]
    print(f"\nCells: mean ± standard error over {args.seeds} seeds. Median time of a whole training: {seconds[0]:.0f} s and {seconds[1]:.0f} s, "
          f"a ratio of {seconds[0] / seconds[1]:.2f}.")


if __name__ == "__main__":
    main()
