"""The corpus as rows and labels: reads what `cargo run --example features` wrote, aligns blocks with gold.

A block is labelled by the share of its 4-word shingles that stand in the gold text; short blocks by whether they are
a gold line. Blocks on which two annotators disagree, and optional text, weigh next to nothing.
"""

import json
import os
import re
import sys
import urllib.parse

import numpy as np

SHARED = os.environ.get("TAMIS_SHARED", os.path.join(os.path.dirname(__file__), "..", "..", "shared"))
sys.path.insert(0, SHARED)
import score  # noqa: E402  the scorer that counts: its tokens are used for labels too

SETS = {"fr": 4.0, "newsrooms": 2.0, "multilingual": 0.7, "pagetypes": 0.7, "snippets": 2.0}
OTHER_TYPE_SHARE = 0.5  # weight of pages that are no articles: forums, products, lists
KINDS = ["article", "forum", "documentation", "service", "product", "listing", "collection"]
POSITIVE_SHARE = 0.6
DISPUTED_WEIGHT = 0.05


class Page:
    """A page: gold record, texts of its blocks, rows, labels and weights."""

    def __init__(self, set_name, gold, texts, rows):
        self.set, self.gold, self.texts, self.rows = set_name, gold, texts, rows
        if not gold.get("text"):
            self.labels, self.weights = snippet_labels(texts, gold)
            self.weights *= weights(texts) * SETS[set_name]
            return
        self.labels = labels(texts, gold["text"])
        is_article = gold.get("type", "article") == "article"
        self.weights = weights(texts) * SETS[set_name] * (1.0 if is_article else OTHER_TYPE_SHARE)
        if gold.get("alt"):
            other = labels(texts, gold["alt"])
            self.weights[other != self.labels] *= DISPUTED_WEIGHT
        if gold.get("optional"):
            neutral = labels(texts, "\n".join(gold["optional"]))
            self.weights[neutral == 1] *= DISPUTED_WEIGHT

    @property
    def site(self):
        """Folds are by site; the host without `www.` stands for the registrable domain."""
        host = urllib.parse.urlsplit(self.gold.get("url") or "").hostname or self.gold["id"]
        parts = host.split(".")
        short = len(parts) > 2 and len(parts[-2]) <= 3 and len(parts[-1]) == 2
        return self.gold.get("publisher") or ".".join(parts[-3:] if short else parts[-2:])


def kind_of(page):
    """The kind of a page; those of the snippets are of no known kind."""
    return page.gold.get("type", "article") if page.set != "snippets" else None


def words(text):
    return [word.lower() for word in score.tok(text)]


def labels(texts, gold):
    gold_words = words(gold)
    shingles = {tuple(gold_words[i : i + 4]) for i in range(len(gold_words) - 3)}
    lines = {" ".join(words(line)) for line in re.split(r"\n+", gold)}
    out = np.zeros(len(texts), np.int8)
    for index, text in enumerate(texts):
        found = words(text)
        if len(found) < 4:
            out[index] = bool(found) and " ".join(found) in lines
        else:
            windows = [tuple(found[i : i + 4]) for i in range(len(found) - 3)]
            out[index] = sum(window in shingles for window in windows) / len(windows) > POSITIVE_SHARE
    return out


def snippet_labels(texts, gold):
    """Labels of the blocks that hold a string which must or must not be in the text; the others weigh nothing."""
    out, known = np.zeros(len(texts), np.int8), np.zeros(len(texts))
    wanted, unwanted = ([score.ws(text) for text in gold.get(key, [])] for key in ("with", "without"))
    for index, text in enumerate(map(score.ws, texts)):
        is_wanted, is_unwanted = any(one in text for one in wanted), any(one in text for one in unwanted)
        out[index], known[index] = is_wanted, is_wanted != is_unwanted
    return out, known


def weights(texts):
    """Long blocks weigh more: F1 counts words. Short ones still count: a page is exact or not."""
    return np.array([0.5 + min(len(text), 400) / 150 for text in texts])


def load(folder, set_name, keep=lambda gold: True):
    """All pages of a set that have gold and blocks."""
    gold = {record["id"]: record for record in score.load(f"{SHARED}/corpus/{set_name}/gold.jsonl")}
    values = np.memmap(f"{folder}/{set_name}.f32", dtype="<f4", mode="r")
    pages, at = [], 0
    with open(f"{folder}/{set_name}.jsonl", encoding="utf8") as lines:
        for line in lines:
            page = json.loads(line)
            count = len(page["texts"]) * page["width"]
            record = gold[page["id"]]
            if count and (record.get("text") or record.get("with")) and keep(record):
                rows = np.array(values[at : at + count]).reshape(len(page["texts"]), page["width"])
                pages.append(Page(set_name, record, page["texts"], rows))
            at += count
    return pages
