"""A page that hangs or kills the process costs that page only."""

import os
import signal

import pytest
import tamis
from tamis.isolated import IsolatedCleaner

# stands in the place of the compiled cleaner in the process: no page is known that does this to the true one
POISON = '''
import os, time
from tamis import _tamis

True_cleaner = _tamis.Cleaner

class Cleaner:
    def __init__(self, **options):
        self.inner = True_cleaner(**options)

    def record(self, page):
        if b"HANGS" in page[0]:
            time.sleep(600)
        if b"KILLS" in page[0]:
            os.abort()
        return self.inner.record(page)

_tamis.Cleaner = Cleaner
'''
GOOD = b"<p>Une phrase assez longue pour que la page soit un article de presse.</p>"


@pytest.fixture
def poison(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(POISON)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_the_outcomes_are_the_same(samples):
    with IsolatedCleaner() as cleaner:
        for html, outcome in zip(samples.values(), tamis.clean_many(samples.values()), strict=True):
            found = cleaner.outcome(html)
            assert type(found) is type(outcome) and vars(found) == vars(outcome)


def test_poison_costs_one_page(poison):
    with IsolatedCleaner(seconds=2) as cleaner:
        pages = [GOOD, b"HANGS", GOOD, b"KILLS", GOOD]
        outcomes = [cleaner.outcome(page) for page in pages]
    assert [getattr(outcome, "status", "ok") for outcome in outcomes] == ["ok", "timeout", "ok", "crashed", "ok"]
    assert "2 s" in outcomes[1].reason


def test_a_process_that_was_killed_is_started_again_and_nothing_is_lost():
    with IsolatedCleaner() as cleaner:
        first = cleaner.outcome(GOOD)
        os.kill(cleaner._process.pid, signal.SIGKILL)
        assert cleaner.outcome(GOOD) == first


def test_an_address_that_cannot_be_read_is_left_out():
    with IsolatedCleaner() as cleaner:
        assert cleaner.outcome(GOOD, "no address").url is None


def test_wrong_options_are_said_at_once():
    with pytest.raises(ValueError, match="loud"):
        IsolatedCleaner(focus="loud")
    with pytest.raises(ValueError, match="no time"):
        IsolatedCleaner(seconds=0)
