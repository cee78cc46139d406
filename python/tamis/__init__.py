"""tamis (French for sieve) turns web article pages into clean article text.

>>> import tamis
>>> page = '''<nav><a href="/">Accueil</a></nav><article><h1>La Loire en crue</h1>
... <p>La Loire est montée de deux mètres dans la nuit de mardi à mercredi.</p></article>'''
>>> article = tamis.clean(page)
>>> article.title, article.text
('La Loire en crue', 'La Loire est montée de deux mètres dans la nuit de mardi à mercredi.')

`clean` takes one page, `clean_many` many on many threads; `explain` says what became of every block and why. A page
that is no article raises `Rejected`. `read_warc` gives the pages of a web archive. `tamis.isolated` cleans in a process
of its own, for pages that nobody has looked at.
"""

from ._cleaner import Cleaner, Page, clean, clean_many, explain
from ._tamis import __version__
from ._types import Article, Block, Explanation, InternalError, Rejected
from ._warc import ArchivedPage, read_warc

__all__ = [
    "Article",
    "ArchivedPage",
    "Block",
    "Cleaner",
    "Explanation",
    "InternalError",
    "Page",
    "Rejected",
    "__version__",
    "clean",
    "clean_many",
    "explain",
    "read_warc",
]
