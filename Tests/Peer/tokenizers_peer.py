#!/usr/bin/env python3
"""Tokenizer folders as users have them, and the ids that `AutoTokenizer` of
transformers 4.57.6 (tokenizers 0.22.2) gives with them.

    python tokenizers_peer.py variants FIXTURES   writes FIXTURES/variants.json: small vocabularies, with added tokens
                                                  beside each kind of file, and all stages of tokenizer.json; FIXTURES
                                                  is Tests/Fixtures/tokenizers, whose SentencePiece models it uses
    python tokenizers_peer.py planted SHARED OUT  writes OUT/<name>/ for each published tokenizer in SHARED/tokenizers
                                                  with added tokens planted beside it, and OUT/cases.json: lines of
                                                  SHARED/data with these tokens put into them, and their ids
    python tokenizers_peer.py words FIXTURES      writes FIXTURES/llama3-words.json: odd texts cut by Llama 3's expression
    python tokenizers_peer.py llama FOLDER TEXTS  prints the ids of a JSON list of texts with FOLDER's tokenizer.model: by
                                                  SentencePiece itself, and by the fast and the slow class of transformers

The first two are the truth of Tests/TokenizersTests/LibraryVariantsTests.swift, the others of Llama3PatternTests.swift and
SentencePieceTrainerTests.swift.
"""

import copy
import json
import os
import random
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import sentencepiece as spm
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer

warnings.filterwarnings("ignore")

WORDS = ("the a an of to in and is it was new word un ##able ##ing ##s ##ed ##a ##b ##c ##d ##e ##n ##w ##x b c d e n w x new "
         "cafe café straße ##1 1 2 ##2 . , ! ? - ' < > [ ] # _ / ent user ##user ##ent 日 本 The New").split()
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list(dict.fromkeys(WORDS))
TEXTS = [
    "", " ", "a new word", "The  New wordings, unable!", "<ent>", " <ent> ", "a <ent> b", "a<ent>b", "a<ENT>b c",
    "<ent><ent>", "x <user> y <user>z", "new_word <user>  . new", "a  [NEW]  b", "[new] [NEW][New]", "word[NEW]",
    "é café CAFÉ <é> <É>", "<e\u0301>", "straße STRASSE", "日本 <日>", "a <mask> [MASK]  b", "<s> x </s>", "[CLS] a [SEP]",
    "tab\t<ent>\nnewline", "\u00a0<ent>\u3000x", "ent user 12 1,2", "<user>1 _<user> é<user> <user>", "a do not b", "<x y> a <x  y>",
    "<|endoftext|>a<|pad|>", "  two  spaces <ent>  end  ", "<ent", "[PAD]<pad>", "a+b=c #1 -- ..", "\uac00\u11ae\u0301 \u32ff\u0301 \u03a3\u0323\u0301 \u1fce\u032d", "it's can't '' ``q",
]
PAIRS = [("a new", "the word"), ("", ""), ("a <ent>", "<ent> b"), ("", "x"), ("x [NEW]", "")]


def token(content, **flags):
    row = {"content": content, "lstrip": False, "rstrip": False, "single_word": False, "normalized": True, "special": False}
    return {**row, **flags}


FLAGS = [token("<ent>"), token("<user>", single_word=True), token("[NEW]", lstrip=True, rstrip=True, normalized=False),
         token("<é>", normalized=True), token("<日>", normalized=False, special=True), token("<x y>", rstrip=True),
         token("do not", lstrip=True)]


def decoder(first, rows=FLAGS, before=()):
    return {str(i): r for i, r in list(before) + [(first + k, r) for k, r in enumerate(rows)]}


def byte_level(names):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary, merges = list(names) + alphabet, []  # every byte
    for left, right in (("n", "e"), ("ne", "w"), ("Ġ", "new"), ("o", "r"), ("w", "or"), ("wor", "d"), ("Ġ", "word"), ("Ġ", "a"),
                        ("t", "h"), ("th", "e"), ("Ġ", "the"), ("i", "n"), ("Ġ", "<"), ("Ã", "©"), ("n", "t"), ("e", "nt")):
        merges.append((left, right))
        vocabulary.append(left + right)
    return {t: i for i, t in enumerate(dict.fromkeys(vocabulary))}, merges


def byte_files(names):
    vocabulary, merges = byte_level(names)
    text = "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges)
    return {"vocab.json": json.dumps(vocabulary, ensure_ascii=False), "merges.txt": text}


ROBERTA = byte_files(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
GPT2 = byte_files(["<|endoftext|>"])


def text_of(tokenizer):
    return json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))


def build(model, normalizer=None, pre=None, post=None, decoder=None, special=(), added=()):
    tokenizer = Tokenizer(model)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    if post is not None:
        tokenizer.post_processor = post
    if decoder is not None:
        tokenizer.decoder = decoder
    tokenizer.add_special_tokens(list(special))
    tokenizer.add_tokens([AddedToken(**row) for row in added])
    return tokenizer


def wordpiece(**options):
    return models.WordPiece({t: i for i, t in enumerate(BERT)}, unk_token="[UNK]", **options)


def template(cls="[CLS]", sep="[SEP]", ids=(2, 3)):
    return processors.TemplateProcessing(single=f"{cls}:0 $A:0 {sep}:0", pair=f"{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1",
                                         special_tokens=[(cls, ids[0]), (sep, ids[1])])


def characters(first):
    letters = sorted({c for text in TEXTS + [b for p in PAIRS for b in p] for c in text if not c.isspace()} - {"本", "`"})
    return list(dict.fromkeys(list(first) + letters + ["▁"] + ["▁" + w for w in ("a", "new", "word", "the", "<", "x", "b")]
                              + ["new", "word", "ord", "wo", "ing", "en", "ent", "un", "the", "12", "é", "e"]))


def unigram(first, unk, **options):
    rng = random.Random(3)
    return models.Unigram([(t, 0.0 if i < len(first) else -3 - round(rng.random() * 6, 3) + 0.9 * len(t))
                           for i, t in enumerate(characters(first))], unk, **options)


def small_map():
    """A pre-compiled character map of a few rules, from SentencePiece's own compiler."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.tsv"
        pairs = {"É": "é", "e\u0301": "é", "\u00a0": " ", "\u3000": " ", "\t": " ", "\n": " ", "＜": "<", "\u200b": "", "½": "1/2"}
        rules.write_text("".join(f"{' '.join(f'{ord(c):X}' for c in k)}\t{' '.join(f'{ord(c):X}' for c in v)}\n"
                                 for k, v in pairs.items()))
        model = Path(folder) / "m"
        spm.SentencePieceTrainer.train(sentence_iterator=iter(["a new word", "the word is new"] * 20), model_prefix=str(model),
                                       vocab_size=24, normalization_rule_tsv=str(rules), minloglevel=2, hard_vocab_limit=False)
        from sentencepiece import sentencepiece_model_pb2
        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString(Path(str(model) + ".model").read_bytes())
        return proto.normalizer_spec.precompiled_charsmap


def bpe(**options):
    base = characters(["<unk>"])
    known = set(base)
    merges = [(a, b) for a, b in (("n", "e"), ("ne", "w"), ("e", "n"), ("en", "t"), ("w", "o"), ("o", "r"), ("or", "d"), ("wo", "rd"))]
    for a, b in merges:
        for t in (a, b, a + b):
            if t not in known:
                base.append(t)
                known.add(t)
    return models.BPE({t: i for i, t in enumerate(base)}, merges, unk_token="<unk>", **options)


def marked_bpe(prefix="", suffix=""):
    letters = sorted({c for t in TEXTS for c in t if not c.isspace()})
    base = ["<unk>"] + letters + [prefix + c for c in letters] * bool(prefix) + [c + suffix for c in letters] * bool(suffix)
    last = "w" + suffix
    merges = [("n", prefix + "e"), ("ne", prefix + last)]
    options = {"continuing_subword_prefix": prefix} if prefix else {"end_of_word_suffix": suffix}
    base += ["ne", "ne" + last]
    return models.BPE({t: i for i, t in enumerate(dict.fromkeys(base))}, merges, unk_token="<unk>", **options)


def variants():
    """name: (files, copied files)"""
    found = {}

    def add(name, model_type, files=None, config=None, copied=None):
        files = dict(files or {})
        files["config.json"] = json.dumps({"model_type": model_type})
        if config is not None:
            files["tokenizer_config.json"] = json.dumps(config, ensure_ascii=False)
        found[name] = {"files": files, "copied": copied or {}, "model_type": model_type}

    words = {"vocab.txt": "\n".join(BERT) + "\n"}
    n = len(BERT)
    add("bert: added_tokens.json", "bert", {**words, "added_tokens.json": json.dumps({"<ent>": n, "[NEW]": n + 1, "<É>": n + 2})})
    add("bert: added_tokens.json and special_tokens_map.json", "bert", {
        **words, "added_tokens.json": json.dumps({"<ent>": n, "<pad>": n + 1}),
        "special_tokens_map.json": json.dumps({"pad_token": "<pad>", "additional_special_tokens": ["<ent>", "<user>"], "mask_token": {
            "content": "[MASK]", "lstrip": True, "rstrip": False, "single_word": False, "normalized": False}})})
    add("bert: added_tokens_decoder", "bert", words, {"added_tokens_decoder": decoder(n), "tokenizer_class": "BertTokenizer"})
    add("bert: added_tokens_decoder hides the other files", "bert", {
        **words, "added_tokens.json": json.dumps({"<s>": n}), "special_tokens_map.json": json.dumps({"additional_special_tokens": ["</s>"]})},
        {"added_tokens_decoder": decoder(n, FLAGS[:2]), "additional_special_tokens": ["<user>", "<|pad|>"]})
    add("bert: cased", "bert", words, {"do_lower_case": False, "added_tokens_decoder": decoder(n)})
    add("bert: cased without accents and CJK", "bert", words, {
        "do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False, "do_basic_tokenize": False})
    add("bert: split_special_tokens", "bert", words, {"split_special_tokens": True, "added_tokens_decoder": decoder(n)})
    add("bert: other names", "bert", words, {"cls_token": "the", "sep_token": "new", "unk_token": "a"})
    add("bert: extra_special_tokens", "bert", words, {"extra_special_tokens": {"user_token": "<user>"}, "additional_special_tokens": ["<ent>"]})
    r = len(json.loads(ROBERTA["vocab.json"]))
    add("roberta: added_tokens.json", "roberta", {**ROBERTA, "added_tokens.json": json.dumps({"<ent>": r, "[NEW]": r + 1})})
    add("roberta: added_tokens_decoder", "roberta", ROBERTA, {"added_tokens_decoder": decoder(r, before=[(4, token(
        "<mask>", lstrip=True, normalized=False, special=True))])})
    add("roberta: mask that takes nothing", "roberta", {**ROBERTA, "special_tokens_map.json": json.dumps({
        "mask_token": token("<mask>", normalized=False)})}, {"add_prefix_space": True})
    add("roberta: mask of the decoder takes nothing", "roberta", ROBERTA, {"mask_token": "<mask>", "added_tokens_decoder": {
        "4": token("<mask>", normalized=False, special=True, rstrip=True)}})
    g = len(json.loads(GPT2["vocab.json"]))
    add("gpt2: padding added", "gpt2", {**GPT2, "special_tokens_map.json": json.dumps({"pad_token": "<|pad|>"})})
    add("gpt2: add_bos_token", "gpt2", GPT2, {"add_bos_token": True, "added_tokens_decoder": decoder(g)})
    unigram_file = {"spm.model": "deberta-unigram/spm.model"}
    d = spm.SentencePieceProcessor(model_file=str(FIXTURES / "deberta-unigram/spm.model")).get_piece_size()
    add("deberta: spm.model alone", "deberta-v2", copied=unigram_file)
    add("deberta: added_tokens.json", "deberta-v2", {"added_tokens.json": json.dumps({"[MASK]": d, "<ent>": d + 1, "[NEW]": d + 2})},
        copied=unigram_file)
    add("deberta: added_tokens_decoder", "deberta-v2", config={"added_tokens_decoder": decoder(d + 1, before=[(d, token(
        "[MASK]", normalized=False, special=True))]), "tokenizer_class": "DebertaV2Tokenizer"}, copied=unigram_file)
    add("deberta: additional special tokens", "deberta-v2", {"special_tokens_map.json": json.dumps({
        "additional_special_tokens": ["<ent>", token("[NEW]", normalized=False, rstrip=True)]})}, copied=unigram_file)
    l = spm.SentencePieceProcessor(model_file=str(FIXTURES / "llama-bpe/tokenizer.model")).get_piece_size()
    add("llama: special tokens added", "llama", {"added_tokens.json": json.dumps({"<pad>": l, "<ent>": l + 1}),
                                                 "special_tokens_map.json": json.dumps({"pad_token": "<pad>", "additional_special_tokens": ["<ent>"]})},
        {"tokenizer_class": "LlamaTokenizer", "add_eos_token": True}, {"tokenizer.model": "llama-bpe/tokenizer.model"})

    # tokenizer.json
    cased = normalizers.BertNormalizer(lowercase=False)
    bert = dict(pre=pre_tokenizers.BertPreTokenizer(), post=template(), decoder=decoders.WordPiece())
    fast = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]",
            "pad_token": "[PAD]", "mask_token": "[MASK]"}
    special = BERT[:5]

    def whole(name, tokenizer, config=None, model_type="bert", files=None):
        add("json: " + name, model_type, {"tokenizer.json": text_of(tokenizer), **(files or {})}, config)

    whole("bert's class makes a cased file lower case", build(wordpiece(), cased, **bert, special=special))
    whole("bert's class told to be cased", build(wordpiece(), normalizers.BertNormalizer(), **bert, special=special, added=FLAGS),
          {"do_lower_case": False, "strip_accents": True})
    whole("no class", build(wordpiece(), cased, **bert, special=special, added=FLAGS), fast)
    whole("the older files beside it are not read", build(wordpiece(), normalizers.BertNormalizer(), **bert, special=special),
          None, files={"vocab.txt": "\n".join(reversed(BERT)) + "\n"})
    whole("tokens added in tokenizer_config.json", build(wordpiece(), normalizers.BertNormalizer(), **bert, special=special, added=FLAGS[:2]),
          {**fast, "added_tokens_decoder": decoder(n + 2, FLAGS[2:]), "additional_special_tokens": ["<|pad|>", "<ent>"]})
    whole("tokens added in added_tokens.json", build(wordpiece(), normalizers.BertNormalizer(), **bert, special=special),
          files={"added_tokens.json": json.dumps({"<ent>": n}), "special_tokens_map.json": json.dumps({"mask_token": "[MASK]", "additional_special_tokens": ["<user>"]})})
    whole("short words", build(wordpiece(max_input_chars_per_word=4), None, pre_tokenizers.Whitespace(), special=special), fast)
    whole("another prefix", build(models.WordPiece({t.replace("##", "@"): i for i, t in enumerate(BERT)}, unk_token="[UNK]",
                                                   continuing_subword_prefix="@"), None, pre_tokenizers.WhitespaceSplit(),
                                  decoder=decoders.WordPiece(prefix="@", cleanup=False), special=special), fast)
    zoo = {
        "digits and punctuation": pre_tokenizers.Sequence([pre_tokenizers.Digits(), pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.WhitespaceSplit()]),
        "single digits, punctuation to the left": pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Punctuation("merged_with_previous")]),
        "punctuation to the right": pre_tokenizers.Sequence([pre_tokenizers.Punctuation("merged_with_next"), pre_tokenizers.Split(" ", "removed")]),
        "punctuation removed": pre_tokenizers.Sequence([pre_tokenizers.Punctuation("removed"), pre_tokenizers.CharDelimiterSplit(" ")]),
        "split at regular expressions": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(r"\s+"), "removed"), pre_tokenizers.Split(Regex("new"), "isolated")]),
        "split inverted": pre_tokenizers.Split("new", "removed", invert=True),
    }
    for name, pre in zoo.items():
        whole(name, build(unigram(["<unk>"], 0), None, pre, special=["<unk>"]), {"tokenizer_class": "PreTrainedTokenizerFast"})
    forms = {
        "NFC": normalizers.NFC(), "NFD": normalizers.NFD(), "NFKC": normalizers.NFKC(), "NFKD": normalizers.NFKD(),
        "accents stripped": normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]),
        "stripped, prepended, replaced": normalizers.Sequence([normalizers.Strip(left=False), normalizers.Replace("'", "\""),
                                                               normalizers.Replace(Regex(" {2,}"), "_"), normalizers.Prepend("x")]),
        "a character map": normalizers.Sequence([normalizers.Precompiled(small_map()), normalizers.Replace(Regex(" {2,}"), " ")]),
    }
    for name, form in forms.items():
        whole(name, build(unigram(["<unk>"], 0), form, pre_tokenizers.Metaspace(prepend_scheme="never"),
                          decoder=decoders.Metaspace(prepend_scheme="never"), special=["<unk>"], added=FLAGS),
              {"tokenizer_class": "PreTrainedTokenizerFast"})
    for scheme in ("always", "first", "never"):
        whole(f"word marks {scheme}", build(unigram(["<unk>"], 0), None, pre_tokenizers.Metaspace(prepend_scheme=scheme, split=scheme != "first"),
                                            decoder=decoders.Metaspace(prepend_scheme=scheme), special=["<unk>"], added=FLAGS),
              {"tokenizer_class": "PreTrainedTokenizerFast"})
    albert = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
    whole("albert", build(unigram(albert, 1), normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
        normalizers.Lowercase(), normalizers.Precompiled(small_map()), normalizers.Replace(Regex(" {2,}"), " ")]),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]), template(),
        decoders.Metaspace(), albert), {"tokenizer_class": "AlbertTokenizer"})
    xlmr = ["<s>", "<pad>", "</s>", "<unk>"]
    whole("xlm-roberta", build(unigram(xlmr, 3), normalizers.Precompiled(small_map()), pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]), processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]),
        decoders.Metaspace(), xlmr + ["<mask>"]), {"tokenizer_class": "XLMRobertaTokenizer"})
    extra = ["<extra_id_0>", "<extra_id_1>"]
    whole("t5", build(unigram(["<pad>", "</s>", "<unk>"], 2), normalizers.Precompiled(small_map()), pre_tokenizers.Metaspace(),
                      processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]),
                      decoders.Metaspace(), ["<pad>", "</s>", "<unk>"] + extra),
          {"tokenizer_class": "T5Tokenizer", "extra_ids": 2, "additional_special_tokens": extra})
    byte_pieces = [f"<0x{b:02X}>" for b in range(256)]
    sequence = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    whole("unigram that spells bytes", build(unigram(["<unk>"] + byte_pieces, 0, byte_fallback=True), None, pre_tokenizers.Metaspace(),
                                             decoder=sequence, special=["<unk>"]), {"tokenizer_class": "PreTrainedTokenizerFast"})
    plain = {"tokenizer_class": "PreTrainedTokenizerFast"}
    whole("pairs of words", build(bpe(), None, pre_tokenizers.Whitespace(), special=["<unk>"], added=FLAGS), plain)
    whole("pairs, unknown fused", build(bpe(fuse_unk=True, ignore_merges=True), normalizers.Lowercase(), pre_tokenizers.WhitespaceSplit(),
                                        decoder=decoders.BPEDecoder()), plain)
    whole("pairs with a suffix", build(marked_bpe(suffix="</w>"), None, pre_tokenizers.WhitespaceSplit(), decoder=decoders.BPEDecoder()), plain)
    whole("pairs with a prefix", build(marked_bpe(prefix="##"), None, pre_tokenizers.WhitespaceSplit(), decoder=decoders.WordPiece()), plain)
    vocabulary, merges = byte_level(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    roberta = dict(pre=pre_tokenizers.ByteLevel(add_prefix_space=True), decoder=decoders.ByteLevel(),
                   special=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    whole("roberta's class: no space before, a mask that takes it", build(
        models.BPE(vocabulary, merges), post=processors.RobertaProcessing(("</s>", 2), ("<s>", 0)), added=FLAGS, **roberta), {"mask_token": "<mask>", "added_tokens_decoder": {}}, "roberta")
    whole("roberta with a space before", build(
        models.BPE(vocabulary, merges), post=processors.RobertaProcessing(("</s>", 2), ("<s>", 0)), **roberta), {"add_prefix_space": True}, "roberta")
    whole("byte level in a sequence", build(
        models.BPE(vocabulary, merges, ignore_merges=True), normalizers.NFC(), pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=True)]),
        processors.Sequence([processors.ByteLevel(), template("<s>", "</s>", (0, 2))]), decoders.ByteLevel(), ["<s>", "</s>"]), plain)
    gpt2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    whole("gpt-2's expression", build(models.BPE(vocabulary, merges), None, pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(gpt2), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        processors.BertProcessing(("</s>", 2), ("<s>", 0)), decoders.ByteLevel(), ["<s>", "</s>"]), plain)
    return found


def row(tokenizer, a, b=None):
    out = tokenizer([a], None if b is None else [b], return_token_type_ids=True)
    ids = out["input_ids"][0]
    found = {"ids": ids} if b is None else {"ids": ids, "types": out["token_type_ids"][0]}
    text = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return found if text == a and b is None else {**found, "text": text}


def special_ids(tokenizer):
    # not convert_tokens_to_ids, which takes what is missing for the unknown token
    vocabulary = tokenizer.get_vocab()
    return {k: vocabulary[v] for k, v in tokenizer.special_tokens_map.items() if isinstance(v, str) and v in vocabulary}


def write_variants():
    found = []
    for name, variant in variants().items():
        with tempfile.TemporaryDirectory() as folder:
            for file, text in variant["files"].items():
                (Path(folder) / file).write_text(text, encoding="utf-8")
            for file, source in variant["copied"].items():
                shutil.copy(FIXTURES / source, Path(folder) / file)
            tokenizer = AutoTokenizer.from_pretrained(folder)
            found.append({"name": name, **copy.deepcopy(variant), "vocabulary": len(tokenizer), "special_ids": special_ids(tokenizer),
                          "cases": [row(tokenizer, t) for t in TEXTS] + [row(tokenizer, a, b) for a, b in PAIRS]})
    # a case that has no text is decoded to what it was made of
    found = {"texts": TEXTS, "pairs": PAIRS, "variants": found}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"').replace(',"cases"', ',\n"cases"')
    (FIXTURES / "variants.json").write_text(text + "\n", encoding="utf-8")


def lines(shared):
    for file in sorted((shared / "data/glue").glob("*/*.tsv")):
        rows = file.read_text(encoding="utf-8").split("\n")
        for line in rows[1:: max(1, len(rows) // 120)]:
            yield from (cell for cell in line.split("\t") if not all(c in "0123456789." for c in cell))


def write_planted(shared, out):
    real = shared / "tokenizers"
    planted = [token("<ent>"), token("<user>", single_word=True), token("[NEW]", lstrip=True, normalized=False, special=True),
               token("<É>"), token("the <x>", rstrip=True, normalized=False)]
    sizes = {"bert-base-uncased": ("bert", 30522, ()), "roberta-base": ("roberta", 50265, ()), "gpt2": ("gpt2", 50257, ()),
             "deberta-v3": ("deberta-v2", 128001, [(128000, token("[MASK]", normalized=False, special=True))])}
    rng = random.Random(8)
    texts = []
    cells = list(lines(shared))
    for text in rng.sample(cells, min(4000, len(cells))):
        words = text.split(" ")
        for _ in range(rng.choice([0, 1, 1, 2])):
            words.insert(rng.randrange(len(words) + 1), rng.choice([r["content"] for r in planted]) * rng.choice([1, 1, 2]) + rng.choice(["", "", "s", "."]))
        texts.append(rng.choice([" ", " ", "  "]).join(words))
    cases = []
    for name, (kind, size, before) in sizes.items():
        for form in ("decoder", "legacy", "json"):
            folder = out / f"{name}-{form}"
            folder.mkdir(parents=True)
            for file in ("vocab.txt", "vocab.json", "merges.txt", "spm.model"):
                if (real / name / file).exists():
                    shutil.copy(real / name / file, folder / file)
            (folder / "config.json").write_text(json.dumps({"model_type": kind}))
            if form == "legacy":
                added = {r["content"]: i for i, r in list(before) + [(size + k, r) for k, r in enumerate(planted)]}
                (folder / "added_tokens.json").write_text(json.dumps(added, ensure_ascii=False))
                (folder / "special_tokens_map.json").write_text(json.dumps({"additional_special_tokens": ["[NEW]"]}))
            else:
                (folder / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": decoder(size, planted, before)}))
            tokenizer = AutoTokenizer.from_pretrained(folder)
            if form == "json":
                tokenizer.save_pretrained(folder)
                for file in ("vocab.txt", "vocab.json", "merges.txt", "spm.model"):
                    (folder / file).unlink(missing_ok=True)
                tokenizer = AutoTokenizer.from_pretrained(folder)
            ids = [tokenizer([t])["input_ids"][0] for t in texts]
            # SentencePiece spells an unknown character in bytes, the fast tokenizer does not
            unknown = tokenizer.unk_token_id if kind == "deberta-v2" and form != "json" else None
            cases.append({"folder": folder.name, "model_type": kind, "vocabulary": len(tokenizer),
                          "ids": [None if unknown in row else row for row in ids]})
    (out / "cases.json").write_text(json.dumps({"texts": texts, "folders": cases}, ensure_ascii=False), encoding="utf-8")


LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3_PARTS = list("abZéΣ日ſK1٣½ \t\n\r\u00a0\u2003\u0085'.,-_(\u0301\u200b😀") + [
    "'s", "'S", "'ſ", "'re", "'RE", "'rE", "'ll", "'LL", "'ve", "'Ve", "'d", "'D", "'M", "'t", "'x", "  ", "   ", "\r\n", "\n\n",
    "123", "4567", " a", " .", " 1", "ﬆ", "'ﬅ", "ß", "İ", "\u180e", "\u1c5a", "\u2028", "\ua7da", "\u0378"]


def write_words():
    rng = random.Random(3)
    cut = pre_tokenizers.Split(Regex(LLAMA3), "isolated").pre_tokenize_str
    texts = ["".join(rng.choice(LLAMA3_PARTS) for _ in range(rng.randint(0, 12))) for _ in range(400)]
    rows = [json.dumps({"text": t, "words": [w for w, _ in cut(t)]}, ensure_ascii=False) for t in texts]
    (FIXTURES / "llama3-words.json").write_text("[" + ",\n".join(rows) + "]\n", encoding="utf-8")


def print_llama(folder, texts):
    texts = json.loads(texts.read_text(encoding="utf-8"))
    library = spm.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    fast, slow = (AutoTokenizer.from_pretrained(folder, use_fast=fast) for fast in (True, False))
    assert fast.is_fast and not slow.is_fast
    print(json.dumps({"sentencepiece": [library.encode(t) for t in texts], "fast": [fast(t)["input_ids"] for t in texts],
                      "slow": [slow(t)["input_ids"] for t in texts]}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["variants"]:
        FIXTURES = Path(sys.argv[2])
        write_variants()
    elif sys.argv[1:2] == ["words"]:
        FIXTURES = Path(sys.argv[2])
        write_words()
    elif sys.argv[1:2] == ["llama"]:
        print_llama(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1:2] == ["planted"]:
        write_planted(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(__doc__)
