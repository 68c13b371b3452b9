"""Positions: one number says which file, which line, which column."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from cnncalc.diagnostics import Place

_LINE_END = re.compile(r"\r\n|\r|\n")
_BITS = 32
_MASK = (1 << _BITS) - 1

Span = int
"""A stretch of text: its start in the upper bits, its end in the lower 32. One integer, since every node has one."""


def span(start: int, end: int) -> Span:
    """The stretch from `start` up to, not including, `end`."""
    return start << _BITS | end


def start_of(at: Span) -> int:
    """Where a stretch starts."""
    return at >> _BITS


def end_of(at: Span) -> int:
    """Where a stretch ends."""
    return at & _MASK


class Source:
    """One file's text. Positions in it count from `base`, so that the positions of several files never collide."""

    def __init__(self, path: str, text: str, base: int) -> None:
        self.path = path
        self.text = text
        self.base = base

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line starts; lines end at CR, LF or both, as in every editor."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def line_column(self, position: int) -> tuple[int, int]:
        """Line and column, from 1, of a position of this source."""
        offset = min(position - self.base, len(self.text))
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """A line without its end; empty behind the last."""
        if not 1 <= line <= len(self.line_starts):
            return ""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


class SourceMap:
    """All files that make up one specification."""

    def __init__(self) -> None:
        self.sources: list[Source] = []

    def add(self, path: str, text: str) -> Source:
        """Take in a file; its positions start after those of the files before."""
        last = self.sources[-1] if self.sources else None
        base = last.base + len(last.text) + 1 if last else 0
        source = Source(path, text, base)
        self.sources.append(source)
        return source

    def source_at(self, position: int) -> Source:
        """The file a position lies in."""
        index = bisect_right([source.base for source in self.sources], position) - 1
        return self.sources[max(index, 0)]

    def place(self, at: Span) -> Place:
        """File, lines and columns of a stretch."""
        start, end = start_of(at), end_of(at)
        source = self.sources[0] if len(self.sources) == 1 else self.source_at(start)
        line, column = source.line_column(start)
        # Most stretches end on the line they start on.
        width = end - start
        if width >= 0 and (line == len(source.line_starts) or end - source.base < source.line_starts[line]):
            return Place(source.path, line, column, line, column + width)
        end_line, end_column = source.line_column(max(end, start))
        return Place(source.path, line, column, end_line, end_column)

    def line_of(self, place: Place) -> str:
        """The text of the line that a place starts on."""
        source = self.find(place.path)
        return source.line_text(place.line) if source else ""

    def find(self, path: str) -> Source | None:
        """The file with a path."""
        return next((source for source in self.sources if source.path == path), None)
