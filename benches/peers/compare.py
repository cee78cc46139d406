#!/usr/bin/env python3
"""Times tamis against resiliparse and trafilatura (pip) on the same pages and prints the ratios.

    pip install resiliparse trafilatura
    cargo build --release
    python3 benches/peers/compare.py ../shared/corpus/fr ../shared/corpus/newsrooms

CPU time of one thread, in alternating rounds, so that a busy machine slows all of them alike; the best round of each
counts. All read the same decoded pages. tamis runs as a process that reads its rules and compiles its patterns first; so
it cleans the pages once and then twice, and the difference counts. The wheel (python/) is timed as the peers are. What is
not installed or built is left out; the first of the table is what the others are compared with.
"""

import argparse
import gzip
import os
import pathlib
import resource
import subprocess
import tempfile
import time

ROUNDS = 5


def pages_of(folders):
    """The decoded pages of corpus folders (html/*.html.gz) or of folders of HTML files."""
    texts = []
    for folder in map(pathlib.Path, folders):
        for path in sorted((folder / "html" if (folder / "html").is_dir() else folder).iterdir()):
            if path.is_file():
                data = path.read_bytes()
                data = gzip.decompress(data) if path.suffix == ".gz" else data
                texts.append(data.decode("utf-8", "replace"))
    return texts


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_tamis(binary, folder):
    """CPU seconds of one run over a folder."""
    start = children_seconds()
    command = [binary, "clean", "--quiet", "--format", "jsonl", str(folder)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={**os.environ, "RAYON_NUM_THREADS": "1"}, check=False)
    return children_seconds() - start


def timed(extract, texts):
    """CPU seconds of a function over all pages; a page that it cannot read counts too."""
    start = time.process_time()
    for text in texts:
        try:
            extract(text)
        except Exception:
            pass
    return time.process_time() - start


def peers():
    """The wheel and the peers that are installed, by name."""
    found = {}
    try:
        import tamis
        found["tamis from Python"] = tamis.clean
    except ImportError:
        print("the wheel of tamis is not installed: left out")
    try:
        from resiliparse.extract.html2text import extract_plain_text
        found["resiliparse"] = lambda text: extract_plain_text(text, main_content=True)
    except ImportError:
        print("resiliparse is not installed: left out")
    try:
        import trafilatura
        found["trafilatura"] = lambda text: trafilatura.bare_extraction(text, with_metadata=True)
    except ImportError:
        print("trafilatura is not installed: left out")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", help="folders of pages")
    parser.add_argument("--tamis", default="target/release/tamis", help="the binary")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    texts, others = pages_of(options.folders), peers()
    program = ["tamis"] if os.path.exists(options.tamis) else []
    best = {name: float("inf") for name in [*program, *others]}
    with tempfile.TemporaryDirectory() as once, tempfile.TemporaryDirectory() as twice:
        for index, text in enumerate(texts):
            for folder, copy in [(once, 0), (twice, 0), (twice, 1)]:
                path = pathlib.Path(folder) / f"{index:05}-{copy}.html"
                path.write_text(text, encoding="utf-8", errors="replace")
        for _ in range(options.rounds):
            if program:
                seconds = run_tamis(options.tamis, twice) - run_tamis(options.tamis, once)
                best["tamis"] = min(best["tamis"], seconds)
            for name, extract in others.items():
                best[name] = min(best[name], timed(extract, texts))
    size = sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6
    print(f"{len(texts)} pages, {size:.1f} MB, best of {options.rounds} rounds")
    first = next(iter(best.values()))
    print("| | ms a page | times the first |\n|---|---|---|")
    for name, seconds in best.items():
        print(f"| {name} | {1e3 * seconds / len(texts):.2f} | {seconds / first:.2f} |")


if __name__ == "__main__":
    main()
