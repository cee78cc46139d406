#!/usr/bin/env python3
"""Times the wheel of tamis against other cleaners, from Python, on the same decoded pages in one process.

    python/install && python/.venv/bin/pip install resiliparse trafilatura lxml_html_clean
    python/.venv/bin/python benches/peers/wheel.py ../shared/corpus/newsrooms

A page at a time: processor time of one thread. All pages at once: time on the clock, which is what somebody waits for,
with `tamis.clean_many` on all cores, and the others in a loop, as their functions are. Rounds alternate and the best
counts; the first, in which patterns are made, does not.
"""

import argparse
import os
import time

import tamis

from compare import pages_of, python_peers, timed


def waited(work):
    """Seconds on the clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best_rounds(texts, rounds):
    """The best round of each contender in seconds: one page at a time, and all at once."""
    peers, single, whole = python_peers(), {}, {}
    many = lambda: sum(1 for _ in tamis.clean_many(texts, threads=os.cpu_count()))
    many()
    for _ in range(rounds):
        for name, extract in peers.items():
            found = []
            clock = waited(lambda: found.append(timed(extract, texts)))
            single[name] = min(found[0], single.get(name, found[0]))
            if not name.startswith("tamis"):
                whole[name] = min(clock, whole.get(name, clock))
        clock = waited(many)
        whole["tamis.clean_many"] = min(clock, whole.get("tamis.clean_many", clock))
    return single, whole


def table(title, best, own, pages):
    print(f"\n| {title} | ms a page | times tamis |\n|---|--:|--:|")
    for name, seconds in sorted(best.items(), key=lambda row: row[1]):
        print(f"| {name} | {1e3 * seconds / pages:.2f} | {seconds / best[own]:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", help="folders of pages")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    texts = pages_of(options.folders)
    single, whole = best_rounds(texts, options.rounds)
    print(f"{len(texts)} pages, {os.cpu_count()} cores, best of {options.rounds} rounds")
    table("a page at a time, processor time", single, "tamis from Python", len(texts))
    table("all pages, time on the clock", whole, "tamis.clean_many", len(texts))


if __name__ == "__main__":
    main()
