"""Cleaning: one page, many pages, and why."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Sequence
from typing import Any

from . import _tamis
from ._types import Article, Block, Explanation, Rejected, article_or_rejection

Page = str | bytes | tuple[str | bytes, str | None]
"""A page, or a page with its address."""


class Cleaner:
    """Cleans pages with one set of rules and options; thread-safe, and made once for many pages.

    Options, all of them by name:

    - `focus`: `"precision"`, `"balanced"` (default) or `"recall"`: what to prefer where the evidence is thin
    - `min_chars`: fewest characters of an article (25); shorter ones are rejected as `too-short`
    - `max_bytes`: largest page (32 MiB)
    - `languages`: the languages that are wanted, as in `["fr", "de"]`; others are rejected as `wrong-language`
    - `keep`: kinds of boilerplate to keep, as in `["caption"]`, marked as such in `markdown` and `html`
    - `comments`: readers' comments, apart from the article
    - `normalize`: typography, `"none"` (default), `"french"` or `"plain"`
    - `rules`: a folder with rules of your own

    An option that does not exist, or a value that it cannot have, is a ValueError.
    """

    def __init__(self, *, rules: str | os.PathLike[str] | None = None, **options: Any) -> None:
        self._inner = _tamis.Cleaner(rules, **options)

    def clean(
        self, html: str | bytes, url: str | None = None, *, content_type: str | None = None
    ) -> Article:
        """Cleans one page.

        `bytes` are decoded as a browser would: by the byte order mark, `content_type` (the HTTP header), the page's
        own declaration, or their look. `url` completes links and helps to tell what the page is.

        Raises Rejected when the page is no article.
        """
        outcome = article_or_rejection(self._inner.record((html, url, content_type)))
        if isinstance(outcome, Rejected):
            raise outcome
        return outcome

    def clean_many(self, pages: Iterable[Page], *, threads: int | None = None) -> list[Article | Rejected]:
        """Cleans pages on many threads, without the interpreter lock, and gives their outcomes in the same order.

        A page that is no article has its Rejected in the list; nothing is raised. Without `threads`, all cores work.
        """
        if threads is not None and threads < 1:
            raise ValueError(f"threads: {threads} is less than 1")
        known = [(*page, None) if isinstance(page, tuple) else (page, None, None) for page in pages]
        return [article_or_rejection(record) for record in self._inner.records(known, threads or 0)]

    def explain(
        self, html: str | bytes, url: str | None = None, *, content_type: str | None = None
    ) -> Explanation:
        """Says of every block of a page what became of it and why. A page that is no article has its `reason`."""
        found = self._inner.explain((html, url, content_type))
        blocks = tuple(Block(**block) for block in found["blocks"])
        return Explanation(found["status"], found["reason"], blocks)


@functools.lru_cache(maxsize=16)
def _cleaner(options: tuple[tuple[str, Any], ...]) -> Cleaner:
    return Cleaner(**dict(options))


def _with(options: dict[str, Any]) -> Cleaner:
    """A cleaner with these options: the last ones are kept, since the rules take longer to read than a page."""
    fixed = ((name, tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value)
             for name, value in sorted(options.items()))
    return _cleaner(tuple(fixed))


def clean(html: str | bytes, url: str | None = None, *, content_type: str | None = None, **options: Any) -> Article:
    """Cleans one page: `Cleaner(**options).clean(html, url)`.

    Raises Rejected when the page is no article.
    """
    return _with(options).clean(html, url, content_type=content_type)


def clean_many(
    pages: Iterable[Page], *, threads: int | None = None, **options: Any
) -> list[Article | Rejected]:
    """Cleans pages on many threads: `Cleaner(**options).clean_many(pages, threads=threads)`."""
    return _with(options).clean_many(pages, threads=threads)


def explain(
    html: str | bytes, url: str | None = None, *, content_type: str | None = None, **options: Any
) -> Explanation:
    """Says of every block of a page what became of it and why: `Cleaner(**options).explain(html, url)`."""
    return _with(options).explain(html, url, content_type=content_type)
