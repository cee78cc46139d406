"""Cleans in a process of its own: a page that hangs or kills it costs that page only.

The cleaner has limits of its own and panics become exceptions, so that this is for pages of unknown origin by the
million, where one page in all may find what nobody has thought of. It costs a tenth of a millisecond a page.

The kernel keeps the time: before each page the process sets an alarm that ends it, so that it ends also when the
process that started it is gone.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from . import _tamis
from ._types import Article, Rejected, article_or_rejection

TIMEOUT = "timeout"
"""Status of a page that took longer than its time."""
CRASHED = "crashed"
"""Status of a page on which the process died twice. After one death the page may have had no part in it."""


class IsolatedCleaner:
    """Cleans one page after the other in a process of its own, which is started again when it is lost.

    `seconds` is the time of a page. `options` are those of `tamis.Cleaner`. Use it in a `with` statement, or close it.
    """

    def __init__(self, *, seconds: float = 30.0, **options: Any) -> None:
        if seconds <= 0:
            raise ValueError(f"seconds: {seconds} is no time")
        _tamis.Cleaner(**options)  # a wrong option is said here, not in the process
        self._seconds = seconds
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def outcome(
        self, html: str | bytes, url: str | None = None, *, content_type: str | None = None
    ) -> Article | Rejected:
        """The article, or why there is none: also `timeout` and `crashed`. An address that cannot be read is left out.
        """
        for _ in range(2):
            record = self._ask((html, url, content_type))
            if record is not None:
                return article_or_rejection(record)
            code = self._ended()
            if code is None or code >= 0:
                raise RuntimeError(f"the process for cleaning does not work: it ended with exit code {code}")
            if code == -signal.SIGALRM:
                return Rejected(TIMEOUT, f"cleaning took longer than {self._seconds:g} s", {})
        return Rejected(CRASHED, "the process that cleaned the page died, twice", {})

    def _ask(self, page: tuple[str | bytes, str | None, str | None]) -> dict[str, Any] | None:
        try:
            connection = self._connected()
            connection.send(page)
            return connection.recv()
        except (EOFError, ConnectionError):
            return None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection, theirs = Pipe()
            command = [sys.executable, "-m", __name__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
            theirs.close()
            self._connection.send((self._seconds, self._options))
        return self._connection

    def _ended(self) -> int | None:
        """The exit code of the process, which is ended when it lives."""
        if self._connection is not None:
            self._connection.close()
        code = None
        if self._process is not None:
            try:
                code = self._process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                code = self._process.wait()
        self._connection = self._process = None
        return code

    def close(self) -> None:
        """Ends the process."""
        self._ended()

    def __enter__(self) -> IsolatedCleaner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _record(cleaner: _tamis.Cleaner, page: tuple[str | bytes, str | None, str | None]) -> dict[str, Any]:
    html, url, content_type = page
    try:
        return cleaner.record((html, url, content_type))
    except ValueError:
        return cleaner.record((html, None, content_type))


def _serve(connection: Connection) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    seconds, options = connection.recv()
    cleaner = _tamis.Cleaner(**options)
    while True:
        page = connection.recv()
        signal.setitimer(signal.ITIMER_REAL, seconds)
        record = _record(cleaner, page)
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.send(record)


if __name__ == "__main__":
    try:
        _serve(Connection(int(sys.argv[1])))
    except (EOFError, ConnectionError):
        pass  # nobody is left who would want more
