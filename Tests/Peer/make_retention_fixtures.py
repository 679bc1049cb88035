#!/usr/bin/env python3
"""Small random checkpoints with the heads that they were pre-trained with, and what transformers' own models of that kind say by them.

    python make_retention_fixtures.py --out ../Fixtures/retention

DeBERTaV3's head for replaced tokens is in no transformers: it is written here after LMMaskPredictionHead of microsoft/DeBERTa
(DeBERTa/apps/models/replaced_token_detection_model.py). Each folder holds config.json, model.safetensors and expected.safetensors:
`tokens`, `segments`, `offsets` of a packed batch, `places` in it with the right `answers`, the `logits` there, and their mean `loss`.
"""
import argparse
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import (BertConfig, BertForMaskedLM, DebertaV2Config, DebertaV2ForMaskedLM, DebertaV2Model, LlamaConfig,
                          LlamaForCausalLM, RobertaConfig, RobertaForMaskedLM)

LENGTHS = [11, 5, 14]
SMALL = dict(vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40)
ENCODER = dict(SMALL, max_position_embeddings=32, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1)
DEBERTA = dict(ENCODER, type_vocab_size=0, relative_attention=True, position_buckets=8, norm_rel_ebd="layer_norm",
               share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, layer_norm_eps=1e-7)


class ReplacedTokens(nn.Module):
    """The body of DeBERTaV3 with its head for replaced tokens."""

    def __init__(self, config):
        super().__init__()
        self.deberta = DebertaV2Model(config)
        self.mask_predictions = nn.ModuleDict({
            "dense": nn.Linear(config.hidden_size, config.hidden_size),
            "LayerNorm": nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps),
            "classifier": nn.Linear(config.hidden_size, 1)})
        # as the published checkpoint has it beside: the twin of its generator's
        self.lm_predictions = nn.ModuleDict({"lm_head": nn.ModuleDict({
            "dense": nn.Linear(config.hidden_size, config.hidden_size), "LayerNorm": nn.LayerNorm(config.hidden_size)})})
        self.lm_predictions["lm_head"].bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(self, ids):
        states = self.deberta(ids).last_hidden_state
        head = self.mask_predictions
        seen = head["LayerNorm"](states[:, :1] + states)
        return head["classifier"](F.gelu(head["dense"](seen)))


def models():
    yield "bert", BertForMaskedLM(BertConfig(**ENCODER)), "masked"
    yield "bert-relu", BertForMaskedLM(BertConfig(**ENCODER, hidden_act="relu")), "masked"
    yield "bert-untied", BertForMaskedLM(BertConfig(**ENCODER, tie_word_embeddings=False)), "masked"
    yield "roberta", RobertaForMaskedLM(RobertaConfig(**ENCODER, pad_token_id=1, bos_token_id=0, eos_token_id=2)), "masked"
    # transformers ties the head's dense layer, not its last, to the table of words unless told not to
    yield "deberta", DebertaV2ForMaskedLM(DebertaV2Config(**DEBERTA, legacy=False, tie_word_embeddings=False)), "masked"
    yield "deberta-replaced", ReplacedTokens(DebertaV2Config(**DEBERTA)), "replaced"
    llama = dict(SMALL, max_position_embeddings=32, num_key_value_heads=1, pad_token_id=0)
    yield "llama", LlamaForCausalLM(LlamaConfig(**llama, tie_word_embeddings=False)), "next"
    yield "llama-tied", LlamaForCausalLM(LlamaConfig(**llama, tie_word_embeddings=True)), "next"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=Path, required=True)
    out = arguments.parse_args().out
    for number, (name, model, question) in enumerate(models()):
        generator = torch.Generator().manual_seed(100 + number)
        with torch.no_grad():
            for parameter in model.parameters():
                noise = torch.randn(parameter.shape, generator=generator)
                parameter.copy_((1 + 0.2 * noise if parameter.dim() == 1 and parameter.mean() == 1 else 0.3 * noise))
        model.eval()
        sequences = [torch.randint(4, SMALL["vocab_size"], (length,), generator=generator) for length in LENGTHS]
        offsets = [0]
        logits, places, answers = [], [], []
        for ids in sequences:
            with torch.no_grad():
                found = model(ids[None])
            found = (found if question == "replaced" else found.logits)[0].float()
            if question == "next":
                asked, right = list(range(len(ids) - 1)), ids[1:].tolist()
            else:
                asked = sorted(torch.randperm(len(ids), generator=generator)[:4].tolist())
                most = 2 if question == "replaced" else SMALL["vocab_size"]
                right = torch.randint(0, most, (len(asked),), generator=generator).tolist()
            places += [offsets[-1] + place for place in asked]
            answers += right
            logits.append(found[asked])
            offsets.append(offsets[-1] + len(ids))
        logits = torch.cat(logits)
        right = torch.tensor(answers)
        loss = (F.binary_cross_entropy_with_logits(logits[:, 0].double(), right.double()) if question == "replaced"
                else F.cross_entropy(logits.double(), right))
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        config = model.config if hasattr(model, "config") else model.deberta.config
        config.architectures = None
        config.save_pretrained(folder)
        tensors = {key: value.contiguous().clone() for key, value in model.state_dict().items() if "position_ids" not in key}
        for tied in ["cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "lm_head.decoder.weight", "lm_head.decoder.bias"]:
            if name != "bert-untied" or tied.endswith("bias"):
                tensors.pop(tied, None)
        if name == "llama-tied":
            tensors.pop("lm_head.weight")
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        integers = lambda values: torch.tensor(values, dtype=torch.int32)
        tokens = torch.cat(sequences).int()
        save_file({"tokens": tokens, "segments": torch.zeros_like(tokens), "offsets": integers(offsets), "places": integers(places),
                   "answers": integers(answers), "logits": logits, "loss": loss.reshape(1).float()}, folder / "expected.safetensors")
        print(name, question, sorted(k for k in tensors if "layer" not in k or "head" in k or "pred" in k), float(loss))


main()
