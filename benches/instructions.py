#!/usr/bin/env python3
"""Counts the instructions of parse and clean on the shipped samples and fails when clean has become dearer.

    cargo build --release --example workload
    python3 benches/instructions.py            # compares with benches/instructions.json
    python3 benches/instructions.py --store    # stores what was measured

valgrind counts instructions, which a busy machine does not change. What is compared is the ratio of clean to parse in the
same build; figures are kept by compiler and build settings, since both change them, and a build without a figure passes
with a hint. Start-up (patterns, rules, model) is left out by the difference of two runs, and has a figure of its own: what
a process takes for its first pass over the samples.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
STORED = ROOT / "benches/instructions.json"
WORKLOAD = ROOT / "target/release/examples/workload"
PAGES = ROOT / "samples/pages"
# what a change may cost
TOLERANCE = 1.03
# The passes that are compared: by the fourth the patterns that are used have their quick form.
WARM, WARMER = 4, 6


def instructions(step, rounds):
    """Instructions of one run of the workload."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
                   str(WORKLOAD), step, str(rounds), str(PAGES)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    counted = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not counted:
        sys.exit(f"valgrind could not count the instructions of {WORKLOAD}:\n{run.stderr[-2000:]}")
    return int(counted[1])


def build():
    """The compiler and the settings of the build, as the key of its figures."""
    settings = subprocess.run([str(WORKLOAD), "settings", "0"], capture_output=True, text=True, check=True)
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True)
    return f"{rustc.stdout.strip()}, {settings.stdout.strip()}"


def measure():
    read = instructions("parse", 0)
    parse = instructions("parse", 2) - read
    clean = instructions("clean", WARMER) - instructions("clean", WARM)
    first = instructions("clean", 1) - read
    passes = parse / 2
    return {"clean / parse": round(clean / (WARMER - WARM) / passes, 3), "first pass / parse": round(first / passes, 2),
            "parse, millions of instructions": round(passes / 1e6, 1)}


def judge(now, stored):
    """The ratios that have grown too much, as sentences."""
    ratios = [name for name in stored if "/" in name]
    return [f"{name} was {stored[name]} and is {now[name]}, more than {TOLERANCE - 1:.0%} above"
            for name in ratios if now[name] > stored[name] * TOLERANCE]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", action="store_true", help="store what was measured")
    store = parser.parse_args().store
    if not shutil.which("valgrind"):
        print("no valgrind: instructions not counted (Debian: apt-get install valgrind)")
        return
    key, now, stored = build(), measure(), json.loads(STORED.read_text(encoding="utf-8"))
    print(key, json.dumps(now, indent=1))
    if store:
        STORED.write_text(json.dumps(stored | {key: now}, indent=1) + "\n", encoding="utf-8")
    elif key not in stored:
        print("no figures of this build to compare with: python3 benches/instructions.py --store")
    elif worse := judge(now, stored[key]):
        sys.exit("\n".join(worse) + "\nIf the cost is worth it: python3 benches/instructions.py --store")


if __name__ == "__main__":
    main()
