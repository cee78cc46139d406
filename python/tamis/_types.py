"""What cleaning gives: articles, explanations, and the exceptions in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Article:
    """The article of a page. Dates are ISO 8601; what the page does not say is None or empty."""

    text: str
    """Paragraphs parted by one blank line; items of a list and rows of a table on consecutive lines."""
    markdown: str
    """The body in Markdown, without the title."""
    html: str
    """The body as a fragment of a few plain elements."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    modified: str | None = None
    language: str | None = None
    site: str | None = None
    description: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    """The address that was given."""
    canonical: str | None = None
    """The address that the page names."""
    type: str = "article"
    """`article`, `listing`, `collection`, `forum`, `product` or `documentation`."""
    paywalled: bool | None = None
    live: bool = False
    comments: tuple[str, ...] = ()
    """Readers' comments, with the option `comments`."""
    warnings: tuple[str, ...] = ()
    """What a careful reader should know; `suspicious: ...` when much of the article may be missing."""


class Rejected(Exception):
    """The page was read and is no article.

    `status` is the stable name of the reason (`too-short`, `consent-wall`...), `reason` one sentence, `metadata` what
    the page says of itself all the same: a dict with `title`, `date` and so on.
    """

    def __init__(self, status: str, reason: str, metadata: dict[str, Any]) -> None:
        super().__init__(status, reason, metadata)
        self.status = status
        self.reason = reason
        self.metadata = metadata

    def __str__(self) -> str:
        return f"{self.status}: {self.reason}"


class InternalError(Rejected):
    """The cleaner itself failed on this page; please report it."""


@dataclass(frozen=True)
class Block:
    """One block of a page with its fate."""

    text: str
    path: str
    """Where it stands: tags, ids and classes from the body down."""
    kept: bool
    kind: str | None
    """What kind of boilerplate it is, when it was removed."""
    rule: str
    """The step or rule that decided."""
    score: float | None
    """The classifier's score, from 0 (boilerplate) to 1 (article), where it was asked."""


@dataclass(frozen=True)
class Explanation:
    """Every block of a page with its fate, and that of the page."""

    status: str
    reason: str | None
    blocks: tuple[Block, ...]


# names of a record that say how it came about, which an article has no use for
_OUTCOME = ("source", "status", "reason", "final_url")


def article_or_rejection(record: dict[str, Any]) -> Article | Rejected:
    """The Python face of a record."""
    status, reason = record["status"], record["reason"] or ""
    found = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in record.items()
        if name not in _OUTCOME
    }
    if status == "ok":
        return Article(**found)
    for name in ("text", "markdown", "html"):
        del found[name]
    return (InternalError if status == "internal-error" else Rejected)(status, reason, found)
