#!/usr/bin/env python3
"""Trains the block classifier: `python3 model/train.py [--folds 5] [--no-features] [--report-only]`.

1. writes the features of all corpus pages with `cargo run --release --example features`
2. cross-validates by site: every page is scored by models that never saw its site
3. trains on everything and writes model/blocks.bin, which is embedded, and model/report.md

Needs `pip install -r model/requirements.txt`. The seed is fixed: the same corpus gives the same model.
"""

import argparse
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
THRESHOLD = 0.5
DISTANCES = (1, 2, 3, 4, 6)
RADII = (3, 8, 20)
FIRST = {"trees": 220, "leaves": 31}
SECOND = {"trees": 220, "leaves": 31}
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.08, "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.4,
    "min_data_in_leaf": 40, "lambda_l2": 2.0, "max_bin": 127, "verbose": -1, "num_threads": 2, "seed": SEED,
    "deterministic": True, "force_row_wise": True,
}  # fmt: skip


def fit(pages, rows, size):
    data = lightgbm.Dataset(
        np.concatenate(rows),
        np.concatenate([page.labels for page in pages]),
        weight=np.concatenate([page.weights for page in pages]),
        params=PARAMETERS,
    )
    return lightgbm.train({**PARAMETERS, "num_leaves": size["leaves"]}, data, num_boost_round=size["trees"])


def with_context(rows, scores):
    """Adds to each row what the first forest said of the blocks around; `clean::classify::Around` does the same."""
    count = len(scores)
    masses = scores * rows[:, 0]
    score_sums, mass_sums = (np.concatenate([[0.0], np.cumsum(values)]) for values in (scores, masses))
    total = mass_sums[-1] + 1.0
    columns = [scores, mass_sums[1:] / total, np.full(count, mass_sums[-1]), np.full(count, scores.max())]
    for distance in DISTANCES:
        before, after = np.full(count, -1.0), np.full(count, -1.0)
        if distance < count:
            before[distance:], after[:-distance] = scores[:-distance], scores[distance:]
        columns += [before, after]
    index = np.arange(count)
    for radius in RADII:
        low, high = np.maximum(0, index - radius), np.minimum(count, index + radius + 1)
        columns.append((score_sums[high] - score_sums[low]) / (2 * radius + 1))
        columns.append((mass_sums[high] - mass_sums[low]) / total)
    return np.column_stack([rows, *columns]).astype(np.float32)


def folds_of(pages, count):
    sites = sorted({page.site for page in pages})
    np.random.default_rng(SEED).shuffle(sites)
    fold = {site: index % count for index, site in enumerate(sites)}
    return np.array([fold[page.site] for page in pages])


def out_of_site(pages, rows, folds, size):
    """Scores of each page by a model that did not see its site, and the gain of each column."""
    scores, gain = [None] * len(pages), 0
    for fold in sorted(set(folds)):
        train = [index for index in range(len(pages)) if folds[index] != fold]
        model = fit([pages[index] for index in train], [rows[index] for index in train], size)
        gain = gain + model.feature_importance("gain")
        for index in np.flatnonzero(folds == fold):
            scores[index] = model.predict(rows[index])
    return scores, gain


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
    lines = [f"### {title}", "", "| set | pages | F1 | P | R | exact | failed |", "|---|--:|--:|--:|--:|--:|--:|"]
    for name, row in figures.items():
        lines.append("| {} | {n} | {F1:.3f} | {P:.3f} | {R:.3f} | {acc:.2f} | {fail:.3f} |".format(name, **row))
    return "\n".join(lines) + "\n"


def write_features():
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
    rows = [page.rows for page in pages]
    first_scores, _ = out_of_site(pages, rows, folds, FIRST)
    second_rows = [with_context(page.rows, scores) for page, scores in zip(pages, first_scores)]
    second_scores, gain = out_of_site(pages, second_rows, folds, SECOND)
    parts = [
        table("First forest, out of site", measure(pages, first_scores)),
        table("Both forests, out of site", measure(pages, second_scores)),
        table("Perfect labels on these blocks", measure(pages, [page.labels for page in pages])),
    ]
    if not options.report_only:
        first, second = fit(pages, rows, FIRST), fit(pages, second_rows, SECOND)
        trained = [second.predict(with_context(page.rows, first.predict(page.rows))) for page in pages]
        parts.append(table("Trained and measured on the same pages (to see the gap)", measure(pages, trained)))
        with open(os.path.join(HERE, "blocks.bin"), "wb") as out:
            out.write(export.forest(first) + export.forest(second))
    names = export.column_names()
    strongest = [f"- {names.get(int(column), column)}: {gain[column] / gain.sum():.3f}" for column in np.argsort(-gain)[:30]]
    parts.append("### Strongest columns of the second forest (share of gain)\n\n" + "\n".join(strongest) + "\n")
    head = f"# Block classifier: report of the last training\n\nSeed {SEED}, {options.folds} folds by site, {len(pages)} pages.\n"
    report = "\n".join([head, *parts])
    print(report, f"{time.time() - started:.0f} s")
    with open(os.path.join(HERE, "report.md"), "w", encoding="utf8") as out:
        out.write(report)


if __name__ == "__main__":
    sys.exit(main())
