"""Checkpoints as people have them, and what transformers computes from each: Tests/Fixtures/checkpoints.

Every folder is a case: config.json and weights as save_pretrained, torch.save or a training program leaves them, and expected.json: the
tokens, the last hidden states of the first tokens (`hidden`), and where the head is meant to be taken the logits (`logits`). `activations`
holds one model, and for each activation its logits and the gradient of their weighted sum with respect to a bias.

    python3 Tests/Peer/make_checkpoint_fixtures.py     # transformers 4.57.6, torch, safetensors
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file, save_model
from transformers import (
    AutoModel, AutoModelForMaskedLM, AutoModelForMultipleChoice, AutoModelForQuestionAnswering, AutoModelForSequenceClassification,
    AutoModelForTokenClassification, BertConfig, DebertaV2Config, RobertaConfig,
)

CHECKPOINTS = Path(__file__).resolve().parent.parent / "Fixtures" / "checkpoints"
ROWS = [[2, 17, 23, 5], [2, 9, 11, 14, 7, 25, 3], [2, 20, 21, 22, 6, 24, 8, 16, 27, 3]]
SIZES = {
    "vocab_size": 30, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12,
    "max_position_embeddings": 16, "initializer_range": 0.4,
}
ACTIVATIONS = [
    "gelu", "gelu_python", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh", "gelu_accurate", "quick_gelu", "relu", "silu",
    "swish", "tanh",
]


def bert(**fields):
    return BertConfig(**SIZES, **fields)


def roberta(**fields):
    return RobertaConfig(**SIZES, type_vocab_size=1, pad_token_id=1, **fields)


def deberta(**fields):
    return DebertaV2Config(
        **SIZES, relative_attention=True, position_buckets=4, norm_rel_ebd="layer_norm", share_att_key=True,
        pos_att_type=["p2c", "c2p"], type_vocab_size=0, position_biased_input=False, **fields)


def made(kind, config):
    torch.manual_seed(7)
    model = kind.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def folder(name):
    path = CHECKPOINTS / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def expect(path, model, logits=False):
    """Writes what the library computes, of a body and where it is asked of the head."""
    body = getattr(model, model.base_model_prefix, model)
    found = {"rows": ROWS, "hidden": [], "logits": []}
    with torch.no_grad():
        for row in ROWS:
            found["hidden"] += body(torch.tensor([row])).last_hidden_state[0, 0].tolist()
            if logits:
                found["logits"] += model(torch.tensor([row])).logits[0].tolist()
    (path / "expected.json").write_text(json.dumps(found) + "\n")


def saved(name, kind, config, logits=False):
    path, model = folder(name), made(kind, config)
    model.save_pretrained(path)
    expect(path, model, logits)


def written(name, model, tensors, logits=False, origin=None, wrap=None):
    """Tensors under other names: as safetensors, or within what a training program saves."""
    path = folder(name)
    (origin or model).config.save_pretrained(path)
    if wrap:
        torch.save(wrap(tensors), path / "pytorch_model.bin")
    else:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path / "model.safetensors")
    expect(path, model, logits)


def old(name):
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def heads():
    names = {0: "CONTRADICTION", 1: "NEUTRAL", 2: "ENTAILMENT"}
    numbers = {name: number for number, name in names.items()}
    saved("inference", AutoModelForSequenceClassification, roberta(id2label=names, label2id=numbers), logits=True)
    saved("answers", AutoModelForQuestionAnswering, bert())
    saved("words", AutoModelForMaskedLM, roberta())
    saved("tokens", AutoModelForTokenClassification, bert(num_labels=2))
    saved("choice", AutoModelForMultipleChoice, bert())


def layouts():
    model = made(AutoModelForSequenceClassification, bert(num_labels=3))
    tensors = model.state_dict()
    written("compiled", model, {f"_orig_mod.module.{k}": v.double() for k, v in tensors.items()}, logits=True)
    optimizer = torch.optim.AdamW(model.parameters())
    written(
        "epoch", model, {**{f"model.{k}": v for k, v in tensors.items()}, "loss.weight": torch.ones(3)}, logits=True,
        wrap=lambda tensors: {
            "epoch": 3, "global_step": 12, "state_dict": tensors, "optimizer_states": [optimizer.state_dict()], "lr": 0.5})
    path = folder("module")
    model.config.save_pretrained(path)
    torch.save(model.bert.embeddings.LayerNorm, path / "pytorch_model.bin")

    body = made(AutoModel, bert()).half().float()
    written("body", body, {old(k): v.half() for k, v in body.state_dict().items() if not k.startswith("pooler.")})
    body = made(AutoModel, deberta()).bfloat16().float()
    written("wrapped", body, {f"text.encoder.{k}": v.bfloat16() for k, v in body.state_dict().items()})

    # saved by safetensors' own function, which keeps one name of a tensor that has two
    words = made(AutoModelForMaskedLM, roberta())
    path = folder("tied")
    words.config.save_pretrained(path)
    save_model(words, str(path / "model.safetensors"))
    expect(path, words)


def activations():
    path = folder("activations")
    weights = [0.3, -1.1, 0.7]
    made(AutoModelForSequenceClassification, bert(num_labels=3)).save_pretrained(path)
    expected = {"rows": ROWS, "weights": weights, "cases": {}}
    for name in ACTIVATIONS:
        model = AutoModelForSequenceClassification.from_pretrained(path, hidden_act=name).eval()
        logits = torch.cat([model(torch.tensor([row])).logits for row in ROWS])
        (logits * torch.tensor(weights)).sum().backward()
        gradient = model.bert.encoder.layer[0].intermediate.dense.bias.grad
        expected["cases"][name] = {"logits": logits.flatten().tolist(), "gradient": gradient.tolist()}
    (path / "expected.json").write_text(json.dumps(expected) + "\n")
    saved("pooler", AutoModelForSequenceClassification, deberta(num_labels=3, hidden_act="relu", pooler_hidden_act="gelu_new"), logits=True)


if __name__ == "__main__":
    heads()
    layouts()
    activations()
