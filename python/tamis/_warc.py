"""Web archives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from . import _tamis

_MAX_BYTES = 32 << 20


@dataclass(frozen=True)
class ArchivedPage:
    """A page of a web archive. One that cannot be had has a `status` and a `reason` in the place of `html`."""

    url: str | None = None
    date: str | None = None
    """When it was fetched."""
    id: str | None = None
    offset: int | None = None
    """Byte of the file at which the record starts."""
    http_status: int | None = None
    content_type: str | None = None
    html: bytes | None = None
    status: str | None = None
    reason: str | None = None


def read_warc(
    source: str | os.PathLike[str] | _tamis.Readable, *, after: int | None = None, max_bytes: int = _MAX_BYTES
) -> Iterator[ArchivedPage]:
    """The HTML pages of a web archive (plain, gzip or zstd by record), one at a time.

    `source` is a path, or an object with a method `read(size)` that gives bytes. `after` goes on behind the record at
    this offset of the file. A damaged record costs that record only, and is given with its `reason`; an exception of
    `read` ends the archive and is raised.
    """
    for page in _tamis.WarcReader(source, after, max_bytes):
        yield ArchivedPage(**page)
