"""Where text goes: how wide it is, whether it shows colour, which characters it can encode.

Rich writes what a terminal shows in colour; everything else (pipes, files, long tables) is plain text, which needs
no import and no measuring by anyone else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import NamedTuple, TextIO

from cnncalc.visible import visible

RICH_LINES = 400
"""Longer outputs are written without Rich, which costs about a third of a millisecond a line."""

_ASCII = str.maketrans(
    {
        "─": "-",
        "│": "|",
        "┼": "+",
        "═": "=",
        "·": "*",
        "×": "x",
        "…": "~",
        "–": "-",
        "—": "-",
        "→": ">",
        "↳": ">",
        "⌈": "ceil(",
        "⌉": ")",
        "⌊": "floor(",
        "⌋": ")",
        "█": "#",
        "▏": "|",
        "✓": "ok",
        "✗": "x",
        "₁": "1",
        "₂": "2",
        "α": "alpha",
        "β": "beta",
        "Σ": "sum",
        "≈": "~",
        "°": "deg",
        "²": "^2",
        "●": "*",
        "▌": "#",
        "≤": "<=",
        "≥": ">=",
    }
)


class Span(NamedTuple):
    """A piece of a line with its style (a Rich style, such as `bold`)."""

    text: str
    style: str = ""


Line = str | tuple[Span, ...]


class Terminal:
    """One output stream and what it can show."""

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        self.stream = stream
        self.is_terminal = _is_terminal(stream)
        self.colour = self._wants_colour()
        self.width = width or self._measure()

    def _wants_colour(self) -> bool:
        environ = os.environ
        if environ.get("NO_COLOR"):
            return False
        if environ.get("FORCE_COLOR"):
            return environ["FORCE_COLOR"] != "0"
        return self.is_terminal and environ.get("TERM") != "dumb"

    def _measure(self) -> int | None:
        """The width in columns; None where lines may be as long as they like (a pipe, a file)."""
        columns = os.environ.get("COLUMNS", "")
        if columns.isascii() and columns.isdigit() and int(columns) > 0:
            return int(columns)
        if not self.is_terminal:
            return None
        try:
            return os.get_terminal_size(self.stream.fileno()).columns or 80
        except (OSError, ValueError, AttributeError):
            return 80

    def encodable(self, text: str) -> str:
        """The text in characters that the stream can encode."""
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        try:
            text.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            plain = text.translate(_ASCII)
            return plain.encode("ascii", "backslashreplace").decode("ascii")
        return text

    def write(self, lines: Iterable[Line]) -> None:
        """Write lines, in colour where the stream shows it."""
        if self.colour:
            listed = list(lines)
            if len(listed) <= RICH_LINES:
                self._write_rich(listed)
                return
            lines = listed
        write = self.stream.write
        for line in lines:
            text = line if isinstance(line, str) else "".join(span.text for span in line)
            write(self.encodable(text.rstrip()) + "\n")

    def _write_rich(self, lines: list[Line]) -> None:
        from rich.console import Console
        from rich.text import Text

        console = Console(
            file=self.stream,
            force_terminal=True,
            highlight=False,
            emoji=False,
            markup=False,
            width=self.width or 10_000,
            no_color=False,
        )
        for line in lines:
            text = Text(no_wrap=True, overflow="ignore", end="")
            for piece in (Span(line),) if isinstance(line, str) else line:
                text.append(self.encodable(piece.text), style=piece.style)
            console.print(text, soft_wrap=True)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False


def cells(text: str) -> int:
    """How many columns a text takes on a terminal: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    import unicodedata

    width = 0
    for char in text:
        if unicodedata.combining(char):
            continue
        width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return width


def clipped(text: str, width: int) -> str:
    """The text cut to a width, what is left out marked by `…` in the middle, so that both ends stay readable."""
    if cells(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    tail = (width - 1) * 2 // 3
    head = width - 1 - tail
    return _take(text, head) + "…" + _take(text[::-1], tail)[::-1]


def _take(text: str, width: int) -> str:
    taken = ""
    for char in text:
        if cells(taken + char) > width:
            break
        taken += char
    return taken


def wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    """A paragraph broken into lines; lines after the first are indented."""
    if width is None or cells(text) <= width:
        return [text]
    lines, current = [], ""
    for word in text.split(" "):
        grown = f"{current} {word}" if current else word
        if current and cells(grown) > max(width, 8):
            lines.append(current)
            current = indent + word
        else:
            current = grown
    return [*lines, current]


def stdout() -> Terminal:
    """Standard output."""
    return Terminal(sys.stdout)


def stderr() -> Terminal:
    """Standard error."""
    return Terminal(sys.stderr)


__all__ = ["Line", "Span", "Terminal", "cells", "clipped", "stderr", "stdout", "visible", "wrapped"]
