#!/usr/bin/env python3
"""lowrank and transformers + peft on the same machine, in turn: A B A B.

    python3 Tests/Peer/compare.py [--only training,generation,large] [--rounds 3] [--threads 2] [--steps 5]

Prints Markdown tables. Of training steps: the median step time of each, the ratio, tokens a second, peak memory, and the share of
lowrank's step that its matrix products need by themselves. Of generation: new tokens a second of each, lowrank's time for a step
beside the least that reading the weights once takes, and how fast it reads them beside a plain loop that adds up an array on as many
threads. Of a model of seven billion parameters, once and lowrank alone: time and peak memory. --only takes tables, or rows of them.
Without the two libraries (PEER_PYTHON names a Python that has them) only lowrank's half is measured. Give it the machine to itself.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
SIX_ROLES = "query,key,value,attention-output,intermediate,output"


class Case(NamedTuple):
    title: str
    size: str
    shared: list  # options of both programs
    own: list = []  # options of lowrank alone
    peers: list = []  # options of the peer alone
    has_peer: bool = True


def lengths(name):
    return ["--lengths", str(HERE / f"{name}-lengths.txt")]


TABLES = {
    "training": {
        "base": Case("DeBERTaV3-base, batch 16, every length 128", "deberta-v3-base", ["--batch", "16", "--length", "128"]),
        "mrpc": Case("DeBERTaV3-base, batch 16, MRPC's lengths", "deberta-v3-base", ["--batch", "16", *lengths("mrpc")]),
        "minilm": Case("MiniLM, batch 32, MRPC's lengths", "minilm-bert", ["--batch", "32", *lengths("mrpc")]),
        "six": Case("DeBERTaV3-base, batch 8, every length 128", "deberta-v3-base", ["--batch", "8", "--length", "128"],
                    ["--targets", "all-linear"], ["--all-linear"]),
        "llama": Case("Llama 12×768, batch 8, lengths 128 to 256", "llama-12x768",
                      ["--batch", "8", *lengths("completion")], ["--targets", "all-linear"]),
    },
    "generation": {
        "greedy": Case("greedy, 16 prompts of 16 to 96 tokens", "llama-12x768", ["--batch", "16", *lengths("prompt")]),
        "beams": Case("10 beams, 4 of them", "llama-12x768", ["--batch", "4", "--beams", "10", *lengths("prompt")]),
        "single": Case("greedy, one prompt of 32, weights in bfloat16", "llama-12x768", ["--batch", "1", "--length", "32"],
                       ["--half"], has_peer=False),
    },
    "large": {
        "large-step": Case("step: LoRA r=64 on six roles, one sequence of 256, blocks computed again", "llama2-7b",
                           ["--batch", "1", "--length", "256"],
                           ["--half", "--recompute", "--rank", "64", "--targets", SIX_ROLES, "--steps", "1", "--warmup", "0"]),
        "large-texts": Case("greedy, one prompt of 32, 16 new tokens", "llama2-7b", ["--batch", "1", "--length", "32"],
                            ["--half", "--generate", "16", "--steps", "1", "--warmup", "0"]),
    },
}
# what a run of the largest model is to fit in
LARGE_GIB = 20


def measure(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def processor():
    with open("/proc/cpuinfo") as lines:
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "an unknown processor")


def free_gib():
    with open("/proc/meminfo") as lines:
        return next((int(line.split()[1]) / 2**20 for line in lines if line.startswith("MemAvailable")), 0)


def has_peer(python):
    return subprocess.run([python, "-c", "import peft, torch, transformers"], capture_output=True).returncode == 0


class Bench:
    """Both programs, and what all measurements have in common."""

    def __init__(self, args):
        self.args, self.instructions = args, None
        self.python = os.environ.get("PEER_PYTHON", sys.executable)
        self.peer = has_peer(self.python)
        if not self.peer:
            print(f"{self.python} has no torch, transformers and peft: only lowrank is measured (PEER_PYTHON names another)\n")

    def own(self, case, *options):
        row = measure([self.args.program, "bench", "--size", case.size, *case.shared, *options, "--threads", self.args.threads,
                       *case.own])
        self.instructions = row["instructions"]
        return row

    def both(self, case, script, *options):
        """Rows of lowrank, and of the peer where it is there, in turn."""
        ours, theirs = [], []
        for _ in range(self.args.rounds):
            ours.append(self.own(case, *options))
            if self.peer and case.has_peer:
                theirs.append(measure([self.python, HERE / script, "--model", case.size, *case.shared, *options, "--threads",
                                       self.args.threads, *case.peers]))
        return ours, theirs


def middle(rows, key):
    return statistics.median(row[key] for row in rows)


def head(*columns):
    print("\n| " + " | ".join(columns) + " |\n|---|" + "--:|" * (len(columns) - 1))


def line(title, *cells):
    print("| " + " | ".join([title, *cells]) + " |", flush=True)


def training(bench, cases):
    for layers, same in (("query and value", [case for case in cases if not case.own]),
                         ("all linear layers", [case for case in cases if case.own])):
        if same:
            steps(bench, layers, same)


def steps(bench, layers, cases):
    head(f"LoRA r=8 on {layers}", "lowrank s/step", "peer s/step", "ratio", "lowrank tokens/s",
         "peer tokens/s", "lowrank MB", "peer MB", "ratio", "products' share", "GFLOP/s")
    for case in cases:
        ours, theirs = bench.both(case, "bench_peft.py", "--steps", bench.args.steps)
        time, memory = middle(ours, "step_s_median"), middle(ours, "peak_rss_mb")
        tokens = f"{middle(ours, 'real_tokens_per_s'):.0f}"
        if theirs:
            other, other_memory = middle(theirs, "step_s_median"), middle(theirs, "peak_rss_mb")
            half = [f"{other:.3f}", f"{time / other:.2f}", tokens, f"{middle(theirs, 'real_tokens_per_s'):.0f}", f"{memory:.0f}",
                    f"{other_memory:.0f}", f"{memory / other_memory:.2f}"]
        else:
            half = ["–", "–", tokens, "–", f"{memory:.0f}", "–", "–"]
        line(case.title, f"{time:.3f}", *half, f"{100 * middle(ours, 'product_share'):.0f}%", f"{middle(ours, 'product_gflops'):.0f}")


def generation(bench, cases):
    head("Llama 12×768, 64 new tokens", "lowrank tokens/s", "peer tokens/s", "ratio", "lowrank ms/step", "least ms/step",
         "weights GB/s", "plain loop GB/s", "lowrank MB", "peer MB")
    for case in cases:
        ours, theirs = bench.both(case, "bench_generation.py", "--generate", "64", "--steps", "1", "--warmup", "1")
        rate = middle(ours, "new_tokens_per_s")
        other = [f"{middle(theirs, 'new_tokens_per_s'):.1f}", f"{rate / middle(theirs, 'new_tokens_per_s'):.2f}"] if theirs else ["–", "–"]
        line(case.title, f"{rate:.1f}", *other, f"{1000 * middle(ours, 'step_s_median'):.1f}",
             f"{1000 * middle(ours, 'step_s_least'):.1f}", f"{middle(ours, 'weight_gb_per_s'):.1f}",
             f"{middle(ours, 'read_gb_per_s'):.1f}", f"{middle(ours, 'peak_rss_mb'):.0f}",
             f"{middle(theirs, 'peak_rss_mb'):.0f}" if theirs else "–")


def large(bench, cases):
    if free_gib() < LARGE_GIB:
        print(f"\nLlama-2-7B's size is left out: {free_gib():.0f} GiB of memory are free, not {LARGE_GIB}")
        return
    head("Llama-2-7B's size, frozen weights in bfloat16", "s/step", "tokens/s", "peak GiB")
    for case in cases:
        row = bench.own(case)
        rate = row.get("new_tokens_per_s", row.get("real_tokens_per_s"))
        line(case.title, f"{row['step_s_median']:.2f}", f"{rate:.2f}", f"{row['peak_rss_mb'] / 1024:.1f}")


def chosen(text):
    """The cases of each table that --only names, by table or by row."""
    names = set(text.split(","))
    known = set(TABLES) | {name for cases in TABLES.values() for name in cases}
    if names - known:
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(names - known))}: no table or row; there are {', '.join(sorted(known))}")
    return {table: [case for name, case in cases.items() if names & {table, name}] for table, cases in TABLES.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/lowrank")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", type=chosen, default=",".join(TABLES), help="tables or rows, separated by commas")
    args = parser.parse_args()
    bench = Bench(args)
    for table, measured in (("training", training), ("generation", generation), ("large", large)):
        if args.only[table]:
            measured(bench, args.only[table])
    if bench.instructions:
        print(f"\n{processor()}, {args.threads} threads, medians of {args.rounds} rounds, of the largest model one; "
              f"lowrank's products with {bench.instructions}")


if __name__ == "__main__":
    main()
