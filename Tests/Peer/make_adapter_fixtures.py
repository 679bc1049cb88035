"""Adapters as the peft library saves them, and the logits that it gives with them: Tests/Fixtures/adapters.

`base` holds tiny models of random weights. Every other folder is a case: adapter_config.json and adapter_model.safetensors by
save_pretrained, some of the settings changed afterwards by hand, and expected.json: the base model, the tokens and the logits after
PeftModel.from_pretrained of that folder. A case that changes only settings has no tensors of its own; `weights` names whose it has.

    python3 Tests/Peer/make_adapter_fixtures.py                         # peft 0.21.2, transformers 4.57.6, torch
    python3 Tests/Peer/make_adapter_fixtures.py bias-all rank-pattern   # only these
"""

import json
import shutil
import sys
import warnings
from pathlib import Path

import torch
from peft import AdaLoraConfig, IA3Config, LNTuningConfig, LoraConfig, PeftModel, VeraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForSequenceClassification

ADAPTERS = Path(__file__).resolve().parent.parent / "Fixtures" / "adapters"
ROWS = [[2, 17, 23, 5], [2, 9, 11, 14, 7, 25, 3], [2, 20, 21, 22, 6, 24, 8, 16, 27, 3]]
SELF = "attention.self"
SIZES = {
    "vocab_size": 30, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 12,
    "max_position_embeddings": 16, "initializer_range": 0.4, "num_labels": 3,
}
BASES = {
    "bert": ("bert", {}),
    "roberta": ("roberta", {"type_vocab_size": 1, "pad_token_id": 1}),
    "deberta": (
        "deberta-v2",
        {
            "relative_attention": True, "position_buckets": 4, "norm_rel_ebd": "layer_norm", "share_att_key": True,
            "pos_att_type": ["p2c", "c2p"], "type_vocab_size": 0, "position_biased_input": False,
        },
    ),
}


class Case:
    def __init__(self, name, kind, base="bert", targets=("key",), edit=None, task="SEQ_CLS", weights=None, **settings):
        settings["target_modules"] = list(targets) if isinstance(targets, tuple) else targets
        self.name, self.base, self.kind, self.edit, self.task, self.settings = name, base, kind, edit or {}, task, settings
        self.weights = weights


def lora(name, **settings):
    return Case(name, LoraConfig, **{"r": 2, "lora_alpha": 4, **settings})


def same(name, weights, **edit):
    """The settings of another case changed, its tensors as they are."""
    original = next(case for case in CASES if case.name == weights)
    return Case(name, original.kind, base=original.base, edit=edit, weights=weights)


def adalora(name, **settings):
    return Case(name, AdaLoraConfig, **{"init_r": 2, "target_r": 1, "lora_alpha": 4, "total_step": 10, **settings})


def vera(name, **settings):
    return Case(name, VeraConfig, **{"r": 2, "d_initial": 0.5, **settings})


def ia3(name, **settings):
    return Case(name, IA3Config, **settings)


def ln_tuning(name, **settings):
    return Case(name, LNTuningConfig, **settings)


CASES = [
    lora("key"),
    lora("alpha-pattern-expression", targets=("query", "key"), alpha_pattern={r"layer\.\d+\..*\.(query|value)": 32, "^bert.*": 1}),
    lora("rank-pattern", targets=("query", "key"), rank_pattern={"query": 3, f"layer.0.{SELF}.query": 1, "k[a-f]+y": 1}),
    lora("rank-pattern-stabilized", use_rslora=True, rank_pattern={r"layer\.1\..*": 4}),
    lora("target-expression", targets=rf".*\.{SELF}\.(query|key)"),
    lora("target-lookahead", targets=r"^(?!.*layer\.0\.).*\.(?:query|pooler\.dense)$"),
    lora("target-all-linear", targets="all-linear", r=1),
    lora("target-all-linear-without-task", targets="all-linear", r=1, task=None),
    lora("target-all-linear-deberta", base="deberta", targets="all-linear", r=1),
    lora("target-all-linear-roberta", base="roberta", targets="all-linear", r=1, task=None),
    lora("target-dense-roberta", base="roberta", targets=("dense",), r=1),
    lora("target-default", targets=None),
    lora("target-classifier", targets=("query", "classifier"), task=None),
    lora("target-embeddings", targets=("word_embeddings", "position_embeddings"), use_rslora=True),
    lora("target-embeddings-deberta", base="deberta", targets=("word_embeddings", "query_proj"), r=1),
    lora("layers", layers_to_transform=[1]),
    lora("layers-one", layers_to_transform=0),
    lora("layers-pattern", layers_to_transform=[1, 7], layers_pattern="layer"),
    lora(
        "layers-pattern-of-others", targets=("key", f"bert.encoder.layer.0.{SELF}.query"), layers_to_transform=[0], layers_pattern=["h"]),
    lora("exclude", targets=("query", "dense"), r=1, exclude_modules=["output.dense", f"bert.encoder.layer.0.{SELF}.query"]),
    lora("exclude-expression", targets=("query", "key"), exclude_modules=r".*layer\.0\..*query"),
    lora("bias-of-layers", targets=("key", "dense"), r=1, bias="lora_only"),
    lora("bias-all", bias="all"),
    lora("bias-all-without-task", targets=("key", "classifier"), bias="all", task=None),
    lora("bias-all-roberta", base="roberta", targets=("query",), bias="all"),
    lora("bias-all-deberta", base="deberta", targets=("query_proj",), bias="all"),
    lora("lora-bias", targets=("key", "bert.pooler.dense"), lora_bias=True, use_rslora=True),
    lora("lora-bias-and-bias", lora_bias=True, bias="lora_only"),
    lora("saved-pooler", targets="all-linear", r=1, modules_to_save=["pooler"]),
    lora("saved-path", targets=("key", "dense"), r=1, modules_to_save=["bert.pooler.dense"]),
    lora("saved-classifier-without-task", modules_to_save=["classifier"], task=None),
    lora("saved-output-roberta", base="roberta", targets=("query",), modules_to_save=["out_proj"], task=None),
    lora("saved-norm", modules_to_save=["embeddings.LayerNorm"]),
    lora("saved-embeddings", modules_to_save=["token_type_embeddings"]),
    lora("dora", targets=("key", "bert.pooler.dense"), use_dora=True),
    lora("init-orthogonal", init_lora_weights="orthogonal"),
    adalora("adalora", targets=("query", "bert.pooler.dense"), edit={"alpha_pattern": {"query": 64}, "use_rslora": True}),
    adalora("adalora-layers", targets=("query",), layers_to_transform=[1], bias="lora_only"),
    vera("vera-without-task", targets=("query", "classifier"), task=None),
    vera("vera-layers", targets=("key", "bert.pooler.dense"), layers_to_transform=[1], bias="vera_only"),
    # the library's own choice, which takes the end of attention for feed-forward too
    ia3("ia3-default", targets=None),
    ia3("ia3-default-deberta", base="deberta", targets=None),
    ia3(
        "ia3-expression", targets=r".*\.(query|dense)", feedforward_modules=r".*layer\.\d+\.output\.dense",
        exclude_modules=["pooler.dense"]),
    ln_tuning("ln-tuning", targets=("LayerNorm",)),
    ln_tuning("ln-tuning-deberta", base="deberta", targets=("LayerNorm",)),
    ln_tuning("ln-tuning-expression", base="roberta", targets=r".*layer\.1\..*LayerNorm"),
]
CASES += [
    # the first key of the file that matches decides, however long another is
    same("alpha-pattern", "key", alpha_pattern={"key": 4, f"layer.0.{SELF}.key": 64}),
    same("alpha-pattern-turned", "key", alpha_pattern={f"layer.0.{SELF}.key": 64, "key": 4}),
    same("alpha-pattern-alternatives", "key", alpha_pattern={"layer.0.*key|nothing": 32, r"bert.*\.1\..*": 2.5}),
    same("target-all-linear-literal", "target-all-linear", target_modules="ALL-linear"),
    same("target-default-literal", "target-default", target_modules=None),
    same("ia3-default-literal", "ia3-default", target_modules=None, feedforward_modules=None),
    same("fan-in-fan-out", "key", fan_in_fan_out=True),
    same("not-for-inference", "key", inference_mode=False, lora_dropout=0.5),
    same("init-gaussian", "key", init_lora_weights="gaussian"),
    same("init-eva", "key", init_lora_weights="eva", eva_config={"rho": 3.0}),
    same("init-mica", "key", init_lora_weights="mica"),
    same("init-none", "key", init_lora_weights=False),
    same(
        "ignored-settings", "key", loftq_config={"loftq_bits": 4}, corda_config={"corda_method": "ipm"}, ensure_weight_tying=True,
        qalora_group_size=8),
]


def base_model(name):
    return AutoModelForSequenceClassification.from_pretrained(ADAPTERS / "base" / name)


def make_base(name):
    torch.manual_seed(11)
    kind, options = BASES[name]
    model = AutoModelForSequenceClassification.from_config(AutoConfig.for_model(kind, **{**SIZES, **options}))
    for key, parameter in model.named_parameters():
        if key.endswith("bias"):
            parameter.data += 0.2 * torch.randn(parameter.shape)
    model.save_pretrained(ADAPTERS / "base" / name)


def logits(model):
    model.eval()
    with torch.no_grad():
        return [value for row in ROWS for value in model(input_ids=torch.tensor([row])).logits[0].tolist()]


def save(case, folder):
    torch.manual_seed(7)
    model = get_peft_model(base_model(case.base), case.kind(task_type=case.task, **case.settings))
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data += 0.3 * torch.randn(parameter.shape)
    model.save_pretrained(folder)
    (folder / "README.md").unlink()


def make(case):
    folder = ADAPTERS / case.name
    shutil.rmtree(folder, ignore_errors=True)
    if case.weights:
        shutil.copytree(ADAPTERS / case.weights, folder)
    else:
        save(case, folder)
    file = folder / "adapter_config.json"
    settings = json.loads(file.read_text())
    settings["base_model_name_or_path"] = case.base
    for name, value in settings.items():
        # the library keeps sets of names, in no order
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            settings[name] = sorted(set(value))
        # it sorts the keys of patterns as it saves, and then takes other ones first
        if name in ("alpha_pattern", "rank_pattern") and name in case.settings:
            settings[name] = case.settings[name]
    settings.update(case.edit)
    file.write_text(json.dumps(settings, indent=1) + "\n")
    loaded = PeftModel.from_pretrained(base_model(case.base), folder)
    plain, adapted = logits(base_model(case.base)), logits(loaded)
    distance = max(abs(a - b) for a, b in zip(plain, adapted))
    assert distance > 1e-2, (case.name, distance)
    expected = {"base": case.base, "rows": ROWS, "logits": [float(f"{value:.8g}") for value in adapted]}
    if case.weights:
        expected["weights"] = case.weights
        (folder / "adapter_model.safetensors").unlink()
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(f"{case.name}: {distance:.3f} from the base model's logits")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    wanted = sys.argv[1:]
    if not wanted:
        for name in BASES:
            make_base(name)
    for case in CASES:
        if not wanted or case.name in wanted:
            make(case)
