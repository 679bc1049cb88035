#!/usr/bin/env python3
"""lowrank and transformers + peft on the same machine, in turn: A B A B.

    python3 Tests/Peer/compare.py [--rounds 3] [--cases base,mrpc,minilm] [--threads 2] [--steps 5]

Prints one Markdown table: the median step time of each, the ratio, tokens a second, peak memory, and the share of lowrank's step
that its matrix products need by themselves. Without the two libraries (PEER_PYTHON names a Python that has them) only lowrank's
half is measured. Give it the machine to itself.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = {
    "base": ("deberta-v3-base", ["--batch", "16", "--length", "128"], "DeBERTaV3-base, batch 16, every length 128"),
    "mrpc": ("deberta-v3-base", ["--batch", "16", "--lengths", str(HERE / "mrpc-lengths.txt")],
             "DeBERTaV3-base, batch 16, MRPC's lengths"),
    "minilm": ("minilm-bert", ["--batch", "32", "--lengths", str(HERE / "mrpc-lengths.txt")], "MiniLM, batch 32, MRPC's lengths"),
}


def measure(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def processor():
    with open("/proc/cpuinfo") as lines:
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "an unknown processor")


def has_peer(python):
    return subprocess.run([python, "-c", "import peft, torch, transformers"], capture_output=True).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/lowrank")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--core", help="the BLAS core of lowrank; by default the fastest that the processor can run")
    args = parser.parse_args()
    python = os.environ.get("PEER_PYTHON", sys.executable)
    peer = has_peer(python)
    if not peer:
        print(f"{python} has no torch, transformers and peft: only lowrank is measured (PEER_PYTHON names another)\n")
    print("| LoRA r=8 on query and value | lowrank s/step | peer s/step | ratio | lowrank tokens/s | peer tokens/s | "
          "lowrank MB | peer MB | ratio | products' share | GFLOP/s |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name in args.cases.split(","):
        size, options, title = CASES[name]
        common = options + ["--steps", str(args.steps), "--threads", str(args.threads)]
        ours, theirs = [], []
        for _ in range(args.rounds):
            core = ["--core", args.core] if args.core else []
            ours.append(measure([args.program, "bench", "--size", size, *common, *core]))
            if peer:
                theirs.append(measure([python, str(HERE / "bench_peft.py"), "--model", size, *common]))
        middle = lambda rows, key: statistics.median(row[key] for row in rows)  # noqa: E731
        time, memory = middle(ours, "step_s_median"), middle(ours, "peak_rss_mb")
        if peer:
            other, other_memory = middle(theirs, "step_s_median"), middle(theirs, "peak_rss_mb")
            half = [f"{other:.3f}", f"{time / other:.2f}", f"{middle(ours, 'real_tokens_per_s'):.0f}",
                    f"{middle(theirs, 'real_tokens_per_s'):.0f}", f"{memory:.0f}", f"{other_memory:.0f}", f"{memory / other_memory:.2f}"]
        else:
            half = ["–", "–", f"{middle(ours, 'real_tokens_per_s'):.0f}", "–", f"{memory:.0f}", "–", "–"]
        print("| " + " | ".join([title, f"{time:.3f}", *half, f"{100 * middle(ours, 'product_share'):.0f}%",
                                 f"{middle(ours, 'product_gflops'):.0f}"]) + " |", flush=True)
    print(f"\n{processor()}, {args.threads} threads, medians of {args.rounds} rounds; lowrank on OpenBLAS {ours[0]['openblas']}, "
          f"core {ours[0]['core']}")


if __name__ == "__main__":
    main()
