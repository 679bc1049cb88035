#!/usr/bin/env python3
"""Time transformers' generate() on this machine, random weights.

    python bench_generation.py --model llama-12x768 --generate 64 --batch 16 --lengths lengths.txt [--beams 10]

Greedy search, or beam search, after prompts of the lengths in a file (one a
line, in turn), padded on the left; every text has exactly as many new tokens
as --generate says, since no token ends one.  Prints one JSON line.  Run each
measurement in a process of its own: peak memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time

import torch
from transformers import AutoModelForCausalLM

from bench_peft import PRESETS
from memory import peak_rss_mb


def prompts(args, vocab: int):
    """(ids, mask) of the prompts, padded on the left."""
    stock = [args.length]
    if args.lengths:
        stock = [int(line) for line in open(args.lengths) if line.strip()]
    lengths = torch.tensor([stock[i % len(stock)] for i in range(args.batch)])[:, None]
    width = int(lengths.max())
    mask = (torch.arange(width)[None] >= width - lengths).long()
    ids = torch.randint(5, vocab, (args.batch, width), generator=torch.Generator().manual_seed(0))
    return ids * mask, mask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=["llama-12x768"], default="llama-12x768")
    parser.add_argument("--generate", type=int, default=64, help="new tokens of each text")
    parser.add_argument("--batch", type=int, default=16, help="prompts")
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--lengths")
    parser.add_argument("--beams", type=int, default=1)
    parser.add_argument("--half", action="store_true", help="everything in bfloat16")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3, help="rounds of all texts")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    kind, options, _ = PRESETS[args.model]
    model = AutoModelForCausalLM.from_config(kind(**options)).eval()
    if args.half:
        model = model.to(torch.bfloat16)
    ids, mask = prompts(args, options["vocab_size"])
    times = []
    for turn in range(args.warmup + args.steps):
        begin = time.perf_counter()
        texts = model.generate(input_ids=ids, attention_mask=mask, do_sample=False, num_beams=args.beams,
                               min_new_tokens=args.generate, max_new_tokens=args.generate, pad_token_id=0)
        if turn >= args.warmup:
            times.append(time.perf_counter() - begin)
        assert texts.shape == (args.batch, ids.shape[1] + args.generate), texts.shape
    middle = statistics.median(times)
    print(json.dumps({
        "model": args.model, "batch": args.batch, "beams": args.beams, "new_tokens": args.generate, "threads": args.threads,
        "steps": args.steps, "dtype": "bfloat16" if args.half else "float32",
        "new_tokens_per_s": round(args.batch * args.generate / middle, 2), "step_s_median": round(middle / args.generate, 5),
        "peak_rss_mb": peak_rss_mb()}))


if __name__ == "__main__":
    main()
