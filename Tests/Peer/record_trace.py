#!/usr/bin/env python3
"""The first updates of transformers + peft on a real task, as a reference that `lowrank parity FOLDER` compares with.

    python3 Tests/Peer/record_trace.py --model models/minilm --data GLUE_DIR --task mrpc --steps 50 --out FOLDER

LoRA on query and value, real batches in train_peft.py's order, dropout off, float32. The folder keeps what training started from, so
that both sides start from equal tensors. Every step's loss must agree within --tolerance, relative.
"""

import argparse
import json
import math
import os
import random
from pathlib import Path

import glue
import peft
import torch
from safetensors.torch import save_file
from train_peft import QUERY_VALUE, encode, pad, token_types
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup


def plain(name):
    return name.replace(".modules_to_save.default", "").replace(".default", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--task", default="mrpc")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    args = parser.parse_args()
    torch.manual_seed(args.seed)

    rows = glue.read(args.data, args.task, "train.tsv")
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    config = AutoConfig.from_pretrained(args.model, num_labels=glue.label_count(args.task))
    base = AutoModelForSequenceClassification.from_pretrained(args.model, config=config, dtype=torch.float32)
    kind, alpha = config.model_type, 2 * args.rank
    model = peft.get_peft_model(base, peft.LoraConfig(
        task_type=peft.TaskType.SEQ_CLS, target_modules=QUERY_VALUE[kind], r=args.rank, lora_alpha=alpha, lora_dropout=0.0,
        modules_to_save=["pooler"] if kind == "deberta-v2" else None)).eval()
    args.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(args.out / "adapter_init")

    learning = {plain(n): p for n, p in model.named_parameters() if p.requires_grad}
    decayed = [n for n in learning if "bias" not in n and "LayerNorm" not in n]
    optimizer = torch.optim.AdamW([
        {"params": [learning[n] for n in decayed], "lr": args.lr, "weight_decay": args.weight_decay},
        {"params": [p for n, p in learning.items() if n not in decayed], "lr": args.lr, "weight_decay": 0.0}])
    # the schedule's length is the steps', as parity reads it from meta.json
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(0.06 * args.steps), args.steps)

    ids_list, labels = encode(tokenizer, rows, 128)
    batches, trace, order = {}, [], []
    while len(order) < args.steps * args.batch:
        epoch = list(range(len(labels)))
        random.Random(f"{args.seed}/{len(order)}").shuffle(epoch)
        order += epoch

    def forward(step):
        chosen = order[step * args.batch:(step + 1) * args.batch]
        ids, mask, goal = pad([ids_list[i] for i in chosen], [labels[i] for i in chosen], tokenizer.pad_token_id, config.num_labels == 1)
        inputs = {"input_ids": ids, "attention_mask": mask, **token_types(tokenizer, ids, kind)}
        batches.update({f"{step}.{key}": value.contiguous() for key, value in inputs.items()})
        batches[f"{step}.labels"] = goal
        return model(**inputs, labels=goal)

    first = forward(0)
    expected = {"logits": first.logits.detach(), "loss": first.loss.detach(), "task_loss": first.loss.detach()}
    for step in range(args.steps):
        loss = forward(step).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(learning.values(), 1.0)
        trace.append({"step": step, "batch": step, "loss": loss.item(), "task_loss": loss.item(),
                      "lr": schedule.get_last_lr()[0], "grad_norm": norm.item()})
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    expected["final_logits"] = forward(0).logits.detach()

    bound = {"rel": args.tolerance, "abs": 1e-6}
    save_file(batches, args.out / "batches.safetensors")
    save_file({k: v.clone() for k, v in expected.items()}, args.out / "expected.safetensors")
    meta = {"method": "lora", "base_method": "lora", "base_model": os.path.relpath(args.model, args.out), "batches": "batches.safetensors",
            "initial_values": "adapter_init", "options": {"r": args.rank, "alpha": alpha, "targets": "query-value"},
            "train": {"steps": args.steps, "lr": args.lr, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": args.weight_decay,
                      "warmup_ratio": 0.06, "max_grad_norm": 1.0},
            "trainable": list(learning), "weight_decay_on": sorted(decayed),
            "trainable_count": sum(p.numel() for p in learning.values()),
            "tolerance": {"loss": bound, "step_loss": bound, "logits": bound, "grad": {"rel": 1e-2, "abs": 1e-6},
                          "final_logits": {"rel": 1e-2, "abs": 1e-6}},
            "versions": {"torch": torch.__version__, "peft": peft.__version__}}
    (args.out / "meta.json").write_text(json.dumps(meta, indent=1))
    (args.out / "trace.json").write_text(json.dumps(trace, indent=1))


if __name__ == "__main__":
    main()
