"""The pages of the findings: what each code means, with a wrong and a right example.

The Markdown files beside this module hold one page per heading. The examples are executed as tests.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_HEADING = re.compile(r"^## ([a-z-]+)\n", re.MULTILINE)
_EXAMPLE = re.compile(r"^```(yaml|bytes|command) (bad|good) ?([^\n]*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A specification (`yaml`; `bytes` with escapes) or a command; `options` go to `validate`."""

    form: str
    bad: bool
    options: tuple[str, ...]
    text: str


class Page(NamedTuple):
    """The page of one code."""

    code: str
    text: str

    @property
    def about(self) -> str:
        """What the code means, in one sentence."""
        return self.text.strip().split("\n\n")[0].replace("\n", " ")

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples in their order."""
        found = _EXAMPLE.finditer(self.text)
        return tuple(Example(m[1], m[2] == "bad", tuple(m[3].split()), m[4]) for m in found)


@cache
def pages() -> dict[str, Page]:
    """Every page, by code, in alphabetical order."""
    found = {}
    for path in Path(__file__).parent.glob("*.md"):
        _, *parts = _HEADING.split(path.read_text(encoding="utf-8"))
        found.update({code: Page(code, text) for code, text in zip(parts[::2], parts[1::2], strict=True)})
    return dict(sorted(found.items()))
