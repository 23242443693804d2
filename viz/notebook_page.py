"""The path of a page that was written: a notebook that gets it shows the page."""

from __future__ import annotations

import html
from pathlib import Path

HEIGHT = 640  # pixels
LARGEST = 20_000_000  # characters; a notebook keeps what it shows


class Page(type(Path())):  # of the class that paths have on this machine
    """A path. At the end of a notebook's cell the page itself is shown, and stays in the notebook.

    >>> page = Page("graph.html")
    >>> page.suffix, page._repr_html_() is None  # there is no such file
    ('.html', True)
    """

    def _repr_html_(self):
        if self.suffix != ".html" or not self.is_file() or self.stat().st_size > LARGEST:
            return None
        return frame(f'srcdoc="{html.escape(self.read_text(encoding="utf-8"))}"')


def frame(source: str) -> str:
    """A frame of a notebook's width."""
    return f'<iframe {source} width="100%" height="{HEIGHT}" style="border: 1px solid #9aa5b1"></iframe>'
