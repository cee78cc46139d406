#!/usr/bin/env python3
"""Times tamis and its peers on the same pages and prints the ratios; --svg FILE draws them.

    pip install resiliparse trafilatura lxml_html_clean
    (cd benches/peers && cargo build --release)
    python3 benches/peers/compare.py ../shared/corpus/fr ../shared/corpus/newsrooms --svg docs/speed.svg

CPU time of one thread, in alternating rounds, so that a busy machine slows all of them alike; the best round of each
counts. All read the same decoded pages. The first round, in which patterns are compiled, is not counted. A Python peer
that is not installed is left out. All pages of the corpus take minutes; --every N takes each N-th.
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = 5
# parsers are compared with each other, not with cleaners
PARSERS = "parse alone"


def files_of(folders):
    """The pages of corpus folders (html/*.html.gz) or of folders of HTML files."""
    for folder in map(pathlib.Path, folders):
        inner = folder / "html" if (folder / "html").is_dir() else folder
        yield from sorted(path for path in inner.iterdir() if path.is_file())


def pages_of(folders):
    """The decoded pages of folders."""
    texts = []
    for path in files_of(folders):
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        texts.append(data.decode("utf-8", "replace"))
    return texts


def thin_out(folders, every, into):
    """Fills a folder with links to each page that is taken."""
    for index, path in enumerate(list(files_of(folders))[::every]):
        (pathlib.Path(into) / f"{index:06}-{path.name}").symlink_to(path.resolve())


def timed(extract, texts):
    """CPU seconds of a function over all pages; a page that it cannot read counts too."""
    start = time.process_time()
    for text in texts:
        try:
            extract(text)
        except Exception:
            pass
    return time.process_time() - start


def python_peers():
    """The wheel of tamis and the peers that are installed, by name."""
    found = {}
    try:
        import tamis
        found["tamis from Python"] = tamis.clean
    except ImportError:
        print("the wheel of tamis is not installed: left out")
    try:
        from resiliparse.extract.html2text import extract_plain_text
        found["resiliparse (C++)"] = lambda text: extract_plain_text(text, main_content=True)
    except ImportError:
        print("resiliparse is not installed: left out")
    try:
        import trafilatura
        found["trafilatura (Python)"] = lambda text: trafilatura.bare_extraction(text, with_metadata=True)
    except ImportError:
        print("trafilatura is not installed: left out")
    return found


def rust_round(process):
    """CPU seconds of each Rust contender for one round."""
    process.stdin.write("go\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def best_rounds(options, texts):
    """The best round of each contender, in seconds."""
    others, best = python_peers(), {}
    command = [options.binary, *options.folders]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as process:
        rust_round(process)
        for _ in range(options.rounds):
            seconds = rust_round(process) | {name: timed(extract, texts) for name, extract in others.items()}
            best = {name: min(time, best.get(name, time)) for name, time in seconds.items()}
        process.stdin.close()
    return best


def table(best, pages):
    lines = ["| | ms a page | times tamis |", "|---|--:|--:|"]
    for name, seconds in sorted(best.items(), key=lambda row: row[1]):
        base = best["tamis, " + PARSERS] if PARSERS in name else best["tamis"]
        lines.append(f"| {name} | {1e3 * seconds / pages:.2f} | {seconds / base:.2f} |")
    return "\n".join(lines)


def drawing(best, pages):
    """Bars on a logarithmic scale, shortest first."""
    import math
    rows = sorted(((name, 1e3 * seconds / pages) for name, seconds in best.items()), key=lambda row: row[1])
    low = math.log10(rows[0][1] / 2)
    scale = 420 / (math.log10(rows[-1][1]) - low)
    height = 30 * len(rows) + 40
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" font-family="sans-serif" font-size="13">',
             f'<rect width="760" height="{height}" fill="#fff"/>',
             '<text x="10" y="20">CPU milliseconds a page, one thread (logarithmic)</text>']
    for index, (name, milliseconds) in enumerate(rows):
        y, width = 32 + 30 * index, (math.log10(milliseconds) - low) * scale
        color = "#2a6f97" if name.startswith("tamis") else "#b0b7bd"
        parts += [f'<text x="250" y="{y + 16}" text-anchor="end">{name}</text>',
                  f'<rect x="258" y="{y}" width="{width:.0f}" height="22" fill="{color}"/>',
                  f'<text x="{264 + width:.0f}" y="{y + 16}">{milliseconds:.2f}</text>']
    return "\n".join([*parts, "</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", help="folders of pages")
    parser.add_argument("--binary", default=str(HERE / "target/release/tamis-peers"), help="the Rust contenders")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--svg", type=pathlib.Path, help="where to draw the result")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="of all pages take each N-th")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.every > 1:
            thin_out(options.folders, options.every, folder)
            options.folders = [folder]
        texts = pages_of(options.folders)
        best = best_rounds(options, texts)
    size = sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6
    print(f"{len(texts)} pages, {size:.1f} MB, best of {options.rounds} rounds\n{table(best, len(texts))}")
    if options.svg:
        options.svg.write_text(drawing(best, len(texts)), encoding="utf-8")


if __name__ == "__main__":
    main()
