#!/usr/bin/env python3
"""Traces of the peft library's (IA)³, LN tuning, PiSSA, LoRA-FA, prompt tuning and prefix tuning: Tests/Fixtures/peft/BASE/METHOD.

    python3 Tests/Peer/make_peft_traces.py                       # peft 0.21.2, transformers 4.57.6, torch
    python3 Tests/Peer/make_peft_traces.py deberta/ia3 bert      # only these

Each folder holds what a run starts from, what batch 0 gives, and twelve updates: the layout that `lowrank parity` compares, which the
other traces beside them have. Everything is computed in float64 and stored as float32; the same in float32 gives the tolerances.
BASE/batches.safetensors of the other traces is used as it is, and made where there is none (bert).
"""

import json
import math
import shutil
import sys
import types
import warnings
import zlib
from pathlib import Path

import peft
import tokenizers
import torch
import transformers
from peft.optimizers import create_lorafa_optimizer, lorafa
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, get_linear_schedule_with_warmup
from transformers.modeling_outputs import BaseModelOutput

FIXTURES = Path(__file__).resolve().parent.parent / "Fixtures"
SEED = 77
TRAIN = {"steps": 12, "lr": 1e-2, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01, "warmup_ratio": 0.1, "max_grad_norm": 1.0}
ENCODER = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
           "attention-output": "attention.output.dense", "intermediate": "intermediate.dense", "output": "output.dense"}
# what the program calls the layers of a block, and where they lie
ROLES = {
    "bert": ("bert.encoder.layer", ENCODER), "roberta": ("roberta.encoder.layer", ENCODER),
    "deberta": ("deberta.encoder.layer", {r: p + "_proj" if ".self." in p else p for r, p in ENCODER.items()}),
    "llama": ("model.layers", {
        "query": "self_attn.q_proj", "key": "self_attn.k_proj", "value": "self_attn.v_proj", "attention-output": "self_attn.o_proj",
        "gate": "mlp.gate_proj", "intermediate": "mlp.up_proj", "output": "mlp.down_proj"}),
}
PAIR = {"r": 4, "alpha": 8, "targets": ["query", "value"]}
IA3 = {"targets": ["key", "value", "output"], "feedforward": ["output"]}
CASES = {
    # the library's own choice for encoders: its 'output.dense' is the end of attention too
    "deberta/ia3": {"targets": ["key", "value", "attention-output", "output"], "feedforward": ["attention-output", "output"]},
    "roberta/ia3": IA3, "llama-lm/ia3": IA3,
    "deberta/ln-tuning": {}, "llama-lm/ln-tuning": {},
    "deberta/pissa": PAIR, "llama-lm/pissa": PAIR,
    "deberta/lora-fa": {**PAIR, "projected_gradient": False},
    "deberta/lora-fa-projected": {**PAIR, "projected_gradient": True},
    "bert/prompt-tuning": {"virtual_tokens": 5}, "roberta/prompt-tuning": {"virtual_tokens": 5},
    "deberta/prompt-tuning": {"virtual_tokens": 5}, "llama-lm/prompt-tuning": {"virtual_tokens": 4},
    "llama-cls/prompt-tuning": {"virtual_tokens": 4},
    "bert/prefix-tuning": {"virtual_tokens": 4, "prefix_projection": False},
    "roberta/prefix-tuning": {"virtual_tokens": 4, "prefix_projection": False},
    "roberta/prefix-tuning-projection": {"virtual_tokens": 4, "prefix_projection": True, "encoder_hidden_size": 6},
    "llama-lm/prefix-tuning": {"virtual_tokens": 4, "prefix_projection": False},
    "llama-cls/prefix-tuning-projection": {"virtual_tokens": 3, "prefix_projection": True, "encoder_hidden_size": 5},
}
# the projected gradient has an AdamW of its own in the library, which decays in another order, and corrects its epsilon otherwise
TRAIN_OF = {"deberta/lora-fa-projected": {**TRAIN, "weight_decay": 0.0, "eps": 1e-12}}
METHOD_OF = {"lora-fa-projected": "lora-fa", "prefix-tuning-projection": "prefix-tuning"}


def normal(key, shape, deviation, mean=0.0):
    """Numbers that depend on the key alone."""
    generator = torch.Generator()
    generator.manual_seed(SEED * 1_000_003 + zlib.crc32(key.encode()))
    return torch.randn(tuple(shape), generator=generator) * deviation + mean


def own_precision(self, x):
    """A Llama's norm without the library's rounding to float32."""
    return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))


def make_batches(config):
    batches = {}
    for number in range(5):
        lengths = (normal(f"lengths/{number}", (4,), 9).abs() + 6).int().clamp(max=38).tolist()
        width = max(lengths)
        ids, mask, kinds = (torch.zeros((4, width), dtype=torch.long) for _ in range(3))
        for row, length in enumerate(lengths):
            ids[row, :length] = 5 + (normal(f"ids/{number}/{row}", (length,), 1000).abs().long() % (config.vocab_size - 5))
            mask[row, :length] = 1
            kinds[row, length // 2:length] = 1
        batches.update({f"{number}.input_ids": ids, f"{number}.attention_mask": mask, f"{number}.token_type_ids": kinds,
                        f"{number}.labels": ids.sum(1) % 3})
    return batches


class Case:
    """One model with one method, in one precision."""

    def __init__(self, name, double):
        self.base, self.folder = name.split("/")
        self.method, self.options = METHOD_OF.get(self.folder, self.folder), CASES[name]
        self.is_llama, self.double = self.base.startswith("llama"), double
        self.batches = load_file(FIXTURES / "peft" / self.base / "batches.safetensors")
        path = FIXTURES / "models" / self.base
        config = AutoConfig.from_pretrained(path)
        self.writes = "ForCausalLM" in config.architectures[0]
        kind = AutoModelForCausalLM if self.writes else AutoModelForSequenceClassification
        # the eager attention of a Llama rounds to float32
        attention = "sdpa" if self.is_llama and double else "eager"
        model = kind.from_pretrained(path, dtype=torch.float32, attn_implementation=attention).eval()
        self.model = peft.get_peft_model(model, self.configuration(config)).eval()
        if self.base == "roberta" and self.method == "prefix-tuning":
            self.hide_cache()
        if self.method == "lora-fa":
            for key, parameter in self.model.named_parameters():
                if "lora_A" in key:
                    parameter.requires_grad_(False)
        self.start()
        if double:
            self.model.double()
            for module in self.model.modules():
                if type(module).__name__ == "LlamaRMSNorm":
                    module.forward = types.MethodType(own_precision, module)

    def configuration(self, config):
        task = peft.TaskType.CAUSAL_LM if self.writes else peft.TaskType.SEQ_CLS
        shared = {"task_type": task, "modules_to_save": ["pooler"] if self.base == "deberta" else None}
        options = self.options
        if self.method == "ia3":
            modules = {r: self.modules(config, options[r]) for r in ("targets", "feedforward")}
            return peft.IA3Config(**shared, target_modules=modules["targets"], feedforward_modules=modules["feedforward"])
        if self.method == "ln-tuning":
            return peft.LNTuningConfig(**shared, target_modules=None if self.is_llama else ["LayerNorm"])
        if self.method in ("pissa", "lora-fa"):
            return peft.LoraConfig(
                **shared, target_modules=self.modules(config, options["targets"]), r=options["r"], lora_alpha=options["alpha"],
                lora_dropout=0.0, init_lora_weights="pissa" if self.method == "pissa" else True)
        if self.method == "prompt-tuning":
            return peft.PromptTuningConfig(**shared, num_virtual_tokens=options["virtual_tokens"])
        return peft.PrefixTuningConfig(
            **shared, num_virtual_tokens=options["virtual_tokens"], prefix_projection=options["prefix_projection"],
            encoder_hidden_size=options.get("encoder_hidden_size"))

    def modules(self, config, roles):
        prefix, paths = ROLES["llama" if self.is_llama else self.base]
        return [f"{prefix}.{layer}.{paths[role]}" for layer in range(config.num_hidden_layers) for role in roles]

    def hide_cache(self):
        """The library's classifier takes the second output of a body for what is pooled. That of a RoBERTa, which has no pooler, is the
        cache of keys and values (peft 0.21.2 with transformers 4.57.6), and the call fails; here it is the hidden states alone."""
        body = self.model.base_model.roberta
        forward = body.forward

        def alone(*positional, past_key_values=None, **named):
            return BaseModelOutput(last_hidden_state=forward(*positional, past_key_values=past_key_values, **named)[0])

        body.forward = alone

    def start(self):
        """Values away from where the library starts, so that no gradient is zero; PiSSA's are its own."""
        with torch.no_grad():
            for key, parameter in self.model.named_parameters():
                name = self.short(key)
                if "ia3_l" in key:
                    parameter.copy_(normal(name, parameter.shape, 0.2, 1.0))
                elif "ln_tuning_layers" in key:
                    parameter.add_(normal(name, parameter.shape, 0.1))
                elif "lora_A" in key and self.method == "lora-fa":
                    parameter.copy_(normal(name, parameter.shape, 0.2))
                elif "lora_B" in key and self.method == "lora-fa":
                    parameter.copy_(normal(name, parameter.shape, 0.1))
                elif "prompt_encoder" in key:
                    parameter.copy_(normal(name, parameter.shape, 0.5))

    def short(self, key):
        """A parameter's name in the program."""
        for part in (".modules_to_save.default", ".ln_tuning_layers.default", ".default", ".base_layer"):
            key = key.replace(part, "")
        return key.removeprefix("base_model." if self.method in ("prompt-tuning", "prefix-tuning") else "base_model.model.")

    def named(self):
        return {self.short(key): parameter for key, parameter in self.model.named_parameters()}

    def trainable(self):
        return {self.short(key): parameter for key, parameter in self.model.named_parameters() if parameter.requires_grad}

    def initial(self):
        """What training starts from and the checkpoint has not: the method's own, and the residuals beside PiSSA's matrices."""
        own = {name: value for name, value in self.named().items() if "lora_" in name or name in self.trainable()}
        if self.method == "pissa":
            own.update({self.short(key): value for key, value in self.model.named_parameters() if key.endswith("base_layer.weight")})
        return own

    def decayed(self):
        """No decay on biases, norms, and (IA)³'s factors, which start at one."""
        return sorted(n for n in self.trainable() if not (n.endswith("bias") or "norm" in n.lower() or n.endswith("ia3_l")))

    def batch(self, number):
        names = ("input_ids", "attention_mask", "token_type_ids")
        return {n: self.batches[f"{number}.{n}"] for n in names if f"{number}.{n}" in self.batches}, self.batches[f"{number}.labels"]

    def logits(self, number):
        """One row for each example, or for each labelled token: the logits that predict it."""
        inputs, labels = self.batch(number)
        if self.base == "llama-cls" and self.method == "prompt-tuning":
            # of embeddings the library's classifier does not know where the padding is, so that each row goes alone
            rows = [ids[mask.bool()][None] for ids, mask in zip(inputs["input_ids"], inputs["attention_mask"])]
            return torch.cat([self.model(input_ids=row, attention_mask=torch.ones_like(row)).logits for row in rows])
        logits = self.model(**inputs).logits
        if labels.dim() == 1:
            return logits
        # virtual tokens have logits too
        logits = logits[:, logits.shape[1] - labels.shape[1]:]
        return logits[:, :-1][labels[:, 1:] != -100]

    def loss(self, number):
        labels = self.batch(number)[1]
        labels = labels if labels.dim() == 1 else labels[:, 1:][labels[:, 1:] != -100]
        return torch.nn.functional.cross_entropy(self.logits(number), labels)

    def optimizer(self, train):
        if self.options.get("projected_gradient"):
            optimizer = create_lorafa_optimizer(
                self.model, r=self.options["r"], lora_alpha=self.options["alpha"], lr=train["lr"], weight_decay=train["weight_decay"])
            for group in optimizer.param_groups:
                group["eps"] = train["eps"]
            return optimizer
        decayed = self.decayed()
        groups = {True: [], False: []}
        for name, parameter in self.trainable().items():
            groups[name in decayed].append(parameter)
        return torch.optim.AdamW(
            [{"params": group, "weight_decay": train["weight_decay"] if decays else 0.0} for decays, group in groups.items() if group],
            lr=train["lr"], betas=tuple(train["betas"]), eps=train["eps"], foreach=False)

    def train(self, train):
        optimizer = self.optimizer(train)
        schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(train["warmup_ratio"] * train["steps"]), train["steps"])
        log = []
        for step in range(train["steps"]):
            number = step % 5
            loss = self.loss(number)
            loss.backward()
            learning = [p for p in self.trainable().values() if p.grad is not None]
            norm = torch.nn.utils.clip_grad_norm_(learning, train["max_grad_norm"])
            rate = optimizer.param_groups[0]["lr"]
            optimizer.step()
            schedule.step()
            log.append({"step": step, "batch": number, "loss": loss.item(), "task_loss": loss.item(), "lr": rate, "grad_norm": norm.item()})
            self.model.zero_grad()
        return log


class Distances:
    """How far float32 is from float64, by group of tensors, relative to each one's largest number."""

    def __init__(self):
        self.groups = {}

    def add(self, group, single, double):
        single, double = single.detach().double(), double.detach().double()
        scale = double.abs().max().item()
        if scale > 1e-6:
            self.groups[group] = max(self.groups.get(group, 0.0), (single - double).abs().max().item() / scale)

    def tolerance(self):
        return {g: {"abs": 1e-6, "rel": float(f"{max(50 * distance, 2e-5):.1e}")} for g, distance in sorted(self.groups.items())}


def make(name):
    train = TRAIN_OF.get(name, TRAIN)
    single, double = Case(name, False), Case(name, True)
    folder = FIXTURES / "peft" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stored, distances = {}, Distances()

    def store(key, value):
        stored[key] = value.detach().to(torch.float32).clone().contiguous()

    for key, value in double.initial().items():
        store(f"init.{key}", value)
    results = []
    for case in (single, double):
        logits, loss = case.logits(0), case.loss(0)
        loss.backward()
        results.append((logits, loss, {n: p.grad.detach().clone() for n, p in case.trainable().items()}))
        case.model.zero_grad()
    (logits32, loss32, gradients32), (logits, loss, gradients) = results
    for key, value in (("logits", logits), ("loss", loss), ("task_loss", loss)):
        store(key, value)
    distances.add("logits", logits32, logits)
    distances.add("loss", loss32, loss)
    for key, gradient in gradients.items():
        store(f"grad.{key}", gradient)
        distances.add("grad", gradients32[key], gradient)
    if single.method in ("pissa", "lora-fa"):
        for path, module in double.model.named_modules():
            if hasattr(module, "get_delta_weight") and ".0." in path:
                store(f"delta.{path.removeprefix('base_model.model.')}", module.get_delta_weight("default"))
    log32, log = single.train(train), double.train(train)
    distances.add("step_loss", torch.tensor([s["loss"] for s in log32]), torch.tensor([s["loss"] for s in log]))
    unstable, noisy = [], {}
    for key, value in double.trainable().items():
        store(f"final.{key}", value)
        gap = (single.trainable()[key].detach().double() - value.detach()).abs().max().item()
        relative = gap / max(value.abs().max().item(), 1e-12)
        if gap > 1e-4:
            unstable.append(key)
        elif relative > 1e-5:
            noisy[key] = float(f"{50 * relative:.1e}")
        else:
            distances.add("final", single.trainable()[key], value)
    with torch.no_grad():
        end32, end = single.logits(0), double.logits(0)
    store("final_logits", end)
    distances.add("final_logits", end32, end)
    meta = {
        "method": double.folder, "base_method": double.method, "base_model": f"../../../models/{double.base}",
        "batches": "../batches.safetensors", "initial_values": "init.*", "options": double.options, "train": train,
        "trainable": sorted(double.trainable()), "weight_decay_on": double.decayed(),
        "trainable_count": sum(p.numel() for p in double.trainable().values()), "tolerance": distances.tolerance(),
        "noisy_final_tensors": noisy, "unstable_final_tensors": sorted(unstable), "seed": SEED,
        "versions": {"peft": peft.__version__, "tokenizers": tokenizers.__version__, "torch": torch.__version__,
                     "transformers": transformers.__version__}}
    if double.is_llama:
        meta["task"] = "lm" if double.writes else "cls"
    save_file(dict(sorted(stored.items())), str(folder / "expected.safetensors"))
    for file, value in (("meta.json", meta), ("trace.json", log)):
        (folder / file).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    print(name, meta["trainable_count"], {g: f"{d:.1e}" for g, d in distances.groups.items()}, unstable, noisy, flush=True)


def main():
    warnings.simplefilter("ignore")
    transformers.utils.logging.set_verbosity_error()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    # on a processor the projected gradient would be rounded to bfloat16, which is no part of the method
    lorafa.is_bf16_available = lambda *_: False
    batches = FIXTURES / "peft" / "bert" / "batches.safetensors"
    if not batches.exists():
        batches.parent.mkdir(parents=True)
        save_file(make_batches(AutoConfig.from_pretrained(FIXTURES / "models" / "bert")), str(batches))
    wanted = sys.argv[1:]
    for name in CASES:
        if not wanted or name in wanted or name.split("/")[0] in wanted:
            make(name)


if __name__ == "__main__":
    main()
