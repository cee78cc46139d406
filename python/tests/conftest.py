"""The sample pages, and what the program `tamis` says of them."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary():
    """The program: TAMIS, or the newest one that was built here."""
    built = [ROOT / "target" / profile / "tamis" for profile in ("release", "debug")]
    built = sorted((path for path in built if path.exists()), key=lambda path: -path.stat().st_mtime)
    named = os.environ.get("TAMIS")
    return pathlib.Path(named) if named else (built or [None])[0]


@pytest.fixture(scope="session")
def program():
    path = binary()
    if path is None:
        pytest.fail("no program `tamis` to compare with: cargo build, or name one in TAMIS")
    return path


@pytest.fixture(scope="session")
def records_of(program):
    """Runs `tamis clean` and gives its records."""

    def run(*arguments):
        command = [program, "--quiet", "clean", "--format", "jsonl", *map(str, arguments)]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout
        return [json.loads(line) for line in output.splitlines()]

    return run


@pytest.fixture(scope="session")
def samples():
    """The bytes of the sample pages by name."""
    return {path.parent.name: path.read_bytes() for path in sorted((ROOT / "samples/pages").glob("*/page.html"))}
