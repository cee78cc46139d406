"""One page, many pages, options, exceptions; and the same results as the program's."""

import dataclasses
import pickle
import threading

import pytest
import tamis
from conftest import ROOT

PAGE = """<title>Crue</title><nav><a href="/">Accueil</a></nav><article><h1>La Loire en crue</h1>
<p>La Loire est montée de <b>deux mètres</b> dans la nuit de mardi à <a href="m">mercredi</a>.</p></article>"""
TEXT = "La Loire est montée de deux mètres dans la nuit de mardi à mercredi."


def said(outcome):
    """An outcome as the record that the program writes, without the source."""
    if isinstance(outcome, tamis.Rejected):
        return {**outcome.metadata, "text": "", "status": outcome.status, "reason": outcome.reason}
    found = dataclasses.asdict(outcome)
    del found["markdown"], found["html"]
    return {**found, "status": "ok", "reason": None}


def plain(record):
    """A record with what JSON cannot tell apart made equal."""
    without = {name: value for name, value in record.items() if name not in ("source", "final_url", "comments")}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in without.items()}


def test_the_results_are_those_of_the_program(records_of, samples):
    pages = [ROOT / "samples/pages" / name / "page.html" for name in samples]
    records = records_of(*pages)
    assert len(records) == len(samples) >= 20
    for record, outcome in zip(records, tamis.clean_many(samples.values()), strict=True):
        assert plain(said(outcome)) == plain(record)


def test_options_and_addresses_mean_what_they_mean_to_the_program(records_of, samples, tmp_path):
    page = tmp_path / "page.html"
    for name, html in samples.items():
        page.write_bytes(html)
        url = "https://news.example/2024/05/06/article"
        options = ["--focus", "precision", "--normalize", "plain", "--comments", "--url", url]
        record = records_of(*options, page)[0]
        outcome = tamis.clean_many([(html, url)], focus="precision", normalize="plain", comments=True)[0]
        assert plain(said(outcome)) == plain(record), name


def test_str_and_bytes_are_the_same_page():
    article = tamis.clean(PAGE)
    assert (article.title, article.text) == ("La Loire en crue", TEXT)
    assert tamis.clean(PAGE.encode()) == article
    latin = f"<meta charset=utf-8>{PAGE}".encode("latin-1")
    assert tamis.clean(latin, content_type="text/html; charset=iso-8859-1").text == TEXT
    # what a str says of its encoding was true of the bytes that it came from
    assert tamis.clean(f"<meta charset=shift_jis>{PAGE}").text == TEXT


def test_articles_have_markdown_and_html_with_whole_links():
    article = tamis.clean(PAGE, "https://news.example/a/b")
    assert "**deux mètres**" in article.markdown and "<strong>deux mètres</strong>" in article.html
    assert "https://news.example/a/m" in article.markdown
    assert article.url == "https://news.example/a/b"


def test_a_rejection_says_why_and_keeps_the_title():
    with pytest.raises(tamis.Rejected) as caught:
        tamis.clean(PAGE, min_chars=1000)
    assert caught.value.status == "too-short"
    assert "1000" in caught.value.reason and str(caught.value).startswith("too-short: ")
    assert caught.value.metadata["title"] == "La Loire en crue"
    with pytest.raises(tamis.Rejected, match="not-html"):
        tamis.clean(b"%PDF-1.7 x")


def test_wrong_calls_are_said():
    with pytest.raises(ValueError, match="loud"):
        tamis.clean(PAGE, focus="loud")
    with pytest.raises(ValueError, match="colour"):
        tamis.clean(PAGE, colour="red")
    with pytest.raises(ValueError, match="no address"):
        tamis.clean(PAGE, "no address")
    with pytest.raises(ValueError, match="threads"):
        tamis.clean_many([PAGE], threads=0)
    with pytest.raises(ValueError, match="no folder of rules"):
        tamis.Cleaner(rules="/no/such/folder")
    with pytest.raises(TypeError):
        tamis.clean(7)


def test_rules_of_ones_own_win(tmp_path):
    sites = tmp_path / "sites"
    sites.mkdir()
    test = '[[test]]\nhtml = "<div id=story><p>Un texte.</p></div>"\ntext = "Un texte."\n'
    (sites / "news.toml").write_text(f'host = "news.example"\nbody = ["#story"]\n{test}')
    page = PAGE + "<div id=story><p>Le texte de cette page est ici, et nulle part ailleurs.</p></div>"
    cleaner = tamis.Cleaner(rules=tmp_path)
    assert cleaner.clean(page, "https://news.example/1").text.startswith("Le texte de cette page")
    assert TEXT in cleaner.clean(page, "https://other.example/1").text


def test_many_pages_come_in_order_and_rejections_stand_among_them():
    pages = [PAGE.replace("deux", str(number)) for number in range(40)] + ["<p></p>"]
    for threads in (None, 1, 3):
        outcomes = tamis.clean_many(pages, threads=threads)
        assert [outcome.text for outcome in outcomes[:-1]] == [TEXT.replace("deux", str(n)) for n in range(40)]
        assert isinstance(outcomes[-1], tamis.Rejected)
    assert tamis.clean_many([]) == []


def test_other_threads_run_while_pages_are_cleaned(samples):
    pages = list(samples.values()) * 20
    turns, working = 0, threading.Event()
    worker = threading.Thread(target=lambda: (tamis.clean_many(pages, threads=1), working.set()))
    worker.start()
    while not working.wait(0.001):
        turns += 1
    worker.join()
    # a call that kept the lock would let the other thread have its turn at the ends only
    assert turns > 5


def test_explain_tells_the_fate_of_every_block():
    explanation = tamis.explain(PAGE)
    kept = [block.text for block in explanation.blocks if block.kept]
    removed = [block for block in explanation.blocks if not block.kept]
    assert explanation.status == "ok" and TEXT in kept
    assert any(block.text == "Accueil" and block.rule for block in removed)
    assert tamis.explain(PAGE, min_chars=1000).status == "too-short"


def test_results_can_be_sent_to_other_processes():
    article = tamis.clean(PAGE)
    assert pickle.loads(pickle.dumps(article)) == article
    rejected = tamis.clean_many(["<p></p>"])[0]
    again = pickle.loads(pickle.dumps(rejected))
    assert (again.status, again.reason, again.metadata) == (rejected.status, rejected.reason, rejected.metadata)
