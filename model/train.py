#!/usr/bin/env python3
"""Trains the block classifier: `python3 model/train.py [--folds 5] [--no-features] [--report-only]`.

1. writes the features of all corpus pages with `cargo run --release --example features`
2. cross-validates by site: every page is scored by models that never saw its site
3. trains the kinds of pages on those scores, again by models that never saw the site
4. trains on everything and writes model/blocks.bin, which is embedded, and model/report.md

Needs `pip install -r model/requirements.txt`. The seed is fixed: the same corpus gives the same model.
"""

import argparse
import json
import os
import subprocess
import sys
import time

import lightgbm
import numpy as np

import corpus
import export

HERE = os.path.dirname(os.path.abspath(__file__))
FEATURES = os.path.join(HERE, "..", "target", "features")
SEED = 0
THRESHOLD = 0.6  # of Focus::Balanced
TREES = 250
LEAVES = 31
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.08, "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.4,
    "min_data_in_leaf": 40, "lambda_l2": 2.0, "max_bin": 127, "verbose": -1, "num_threads": 2, "seed": SEED,
    "deterministic": True, "force_row_wise": True,
}  # fmt: skip


KIND_TREES = 80
KIND_PARAMETERS = {
    **PARAMETERS, "learning_rate": 0.05, "num_leaves": 8, "min_data_in_leaf": 15, "lambda_l2": 5.0, "num_threads": 1,
}  # fmt: skip


def fit(pages):
    known = [page.weights > 0 for page in pages]
    rows, labels, weights = (
        np.concatenate([getattr(page, name)[known] for page, known in zip(pages, known)])
        for name in ("rows", "labels", "weights")
    )
    data = lightgbm.Dataset(rows, labels, weight=weights, params=PARAMETERS)
    return lightgbm.train({**PARAMETERS, "num_leaves": LEAVES}, data, num_boost_round=TREES)


def folds_of(pages, count):
    sites = sorted({page.site for page in pages})
    np.random.default_rng(SEED).shuffle(sites)
    fold = {site: index % count for index, site in enumerate(sites)}
    return np.array([fold[page.site] for page in pages])


def out_of_site(pages, folds):
    """Scores of each page by a model that did not see its site, and the gain of each column. The models are kept."""
    scores, gain = [None] * len(pages), 0
    for fold in sorted(set(folds)):
        train = [index for index in range(len(pages)) if folds[index] != fold]
        model = fit([pages[index] for index in train])
        write_model(fold_file(fold), model)
        gain = gain + model.feature_importance("gain")
        for index in np.flatnonzero(folds == fold):
            scores[index] = model.predict(pages[index].rows)
    return scores, gain


def page_columns(pages, models_file):
    """The columns of each page, with the scores of the model that is named for it."""
    found = {}
    for name in corpus.SETS:
        for line in predict(name, models_file, "columns").splitlines():
            record = json.loads(line)
            found[name, record["id"]] = record["columns"]
    return np.array([found[page.set, page.gold["id"]] for page in pages])


def fit_kinds(pages, rows):
    """The forests of all kinds, one kind against all others, as they stand in the file behind that of the blocks."""
    kinds = np.array([corpus.kind_of(page) or "" for page in pages])
    known, out = kinds != "", b""
    for kind in corpus.KINDS:
        data = lightgbm.Dataset(rows[known], kinds[known] == kind, params=KIND_PARAMETERS)
        out += export.forest(lightgbm.train(KIND_PARAMETERS, data, num_boost_round=KIND_TREES))
    return out


def add_kinds(pages, folds):
    """Trains the kinds of pages on scores out of site; adds them to the models of the folds. Gives those of all pages."""
    rows = page_columns(pages, write_models(pages, folds))
    for fold in sorted(set(folds)):
        train = np.flatnonzero(folds != fold)
        with open(fold_file(fold), "ab") as out:
            out.write(fit_kinds([pages[index] for index in train], rows[train]))
    return fit_kinds(pages, rows)


def fold_file(fold):
    return os.path.join(FEATURES, f"fold-{fold}.bin")


def write_model(path, model):
    with open(path, "wb") as out:
        out.write(export.forest(model))


def write_models(pages, folds):
    """Names the model of its fold for each page; gives the file that does."""
    models = {page.gold["id"]: fold_file(fold) for page, fold in zip(pages, folds)}
    models_file = os.path.join(FEATURES, "models.json")
    with open(models_file, "w", encoding="utf8") as out:
        json.dump(models, out)
    return models_file


def predict(name, models_file, *mode):
    source = os.path.join(corpus.SHARED, "corpus", name)
    command = ["cargo", "run", "--release", "--quiet", "--example", "predict", "--", source, models_file, *mode]
    return subprocess.run(command, check=True, cwd=os.path.join(HERE, ".."), stdout=subprocess.PIPE).stdout


def whole_pipeline(pages, folds):
    """A line of figures per set for `tamis` as it cleans, each page by the model of its fold."""
    models_file = write_models(pages, folds)
    figures = {}
    for name in corpus.SETS:
        predictions = os.path.join(FEATURES, f"{name}.predicted.jsonl")
        with open(predictions, "wb") as out:
            out.write(predict(name, models_file))
        predicted = corpus.score.load_pred(predictions)
        gold = corpus.score.load(f"{corpus.SHARED}/corpus/{name}/gold.jsonl")
        rows = [(record, corpus.score.page(record, predicted[record["id"]])) for record in gold]
        figures[name] = corpus.score.agg([row for _, row in rows])
        if name == "pagetypes":
            for kind in sorted({record["type"] for record in gold}):
                figures[f"pagetypes/{kind}"] = corpus.score.agg([row for record, row in rows if record["type"] == kind])
    return figures


def measure(pages, scores):
    """A line of figures per set, and per page type."""
    groups = {}
    for page, found in zip(pages, scores):
        text = "\n".join(text for text, score in zip(page.texts, found) if score > THRESHOLD)
        row = corpus.score.page(page.gold, {"id": page.gold["id"], "text": text})
        groups.setdefault(page.set, []).append(row)
        if page.set == "pagetypes":
            groups.setdefault("pagetypes/" + page.gold["type"], []).append(row)
    return {name: corpus.score.agg(rows) for name, rows in groups.items()}


def table(title, figures):
    columns = [name for name in ("F1", "P", "R", "acc", "fail", "snip", "wout", "ttl", "date", "auth") if any(name in row for row in figures.values())]
    lines = [f"### {title}", "", "| set | pages | " + " | ".join(columns) + " |", "|---|--:|" + "--:|" * len(columns)]
    for name, row in figures.items():
        cells = [f"{row[column]:.3f}" if column in row else "-" for column in columns]
        lines.append(f"| {name} | {row['n']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write_features():
    """Rows are computed by the same Rust code that asks the model later."""
    os.makedirs(FEATURES, exist_ok=True)
    for name in corpus.SETS:
        source = os.path.join(corpus.SHARED, "corpus", name)
        command = ["cargo", "run", "--release", "--quiet", "--example", "features", "--", source]
        subprocess.run([*command, os.path.join(FEATURES, name)], check=True, cwd=os.path.join(HERE, ".."))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--folds", type=int, default=5)
    arguments.add_argument("--no-features", action="store_true", help="use the features of the last run")
    arguments.add_argument("--report-only", action="store_true", help="cross-validate, write no model")
    options = arguments.parse_args()
    if not options.no_features:
        write_features()
    pages = [page for name in corpus.SETS for page in corpus.load(FEATURES, name)]
    print(f"{len(pages)} pages, {sum(len(page.texts) for page in pages)} blocks", flush=True)
    started = time.time()
    folds = folds_of(pages, options.folds)
    scores, gain = out_of_site(pages, folds)
    kinds = add_kinds(pages, folds)
    parts = [
        table("Out of site, the whole pipeline: every page cleaned by a model that never saw its site", whole_pipeline(pages, folds)),
        table("Out of site: blocks with a score above the threshold, before settling and phrase rules", measure(pages, scores)),
        table("Perfect labels on these blocks", measure(pages, [page.labels for page in pages])),
    ]
    if not options.report_only:
        model = fit(pages)
        trained = [model.predict(page.rows) for page in pages]
        parts.append(table("Trained and measured on the same pages, to see the gap", measure(pages, trained)))
        with open(os.path.join(HERE, "blocks.bin"), "wb") as out:
            out.write(export.forest(model) + kinds)
    with open(os.path.join(FEATURES, "columns.json"), encoding="utf8") as file:
        names = json.load(file)
    strongest = [f"- {names[column]}: {gain[column] / gain.sum():.3f}" for column in np.argsort(-gain)[:30]]
    parts.append("### Strongest columns (share of gain)\n\n" + "\n".join(strongest) + "\n")
    head = f"# Block classifier: report of the last training\n\nSeed {SEED}, {options.folds} folds by site, {len(pages)} pages.\n"
    report = "\n".join([head, *parts])
    print(report, f"{time.time() - started:.0f} s")
    with open(os.path.join(HERE, "report.md"), "w", encoding="utf8") as out:
        out.write(report)


if __name__ == "__main__":
    sys.exit(main())
