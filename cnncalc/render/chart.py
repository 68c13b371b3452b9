"""Charts in the terminal: error and depth by year as the lecture draws them, and error against a quantity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log10
from typing import NamedTuple

from cnncalc.analysis.compare import Point
from cnncalc.render.numbers import short
from cnncalc.render.terminal import Line, Span, cells, clipped, visible, wrapped

TITLE = "ImageNet classification: top-5 error"
NAMES = {"depth": "depth", "parameters": "parameters", "macs": "multiply–accumulates"}

_WIDTH = 80
_HEIGHT = 18
_LABEL = 24
_MARGIN = 7


class Chart(NamedTuple):
    """What is drawn: the quantity, the networks (and the winners before them), and for context a person's error."""

    quantity: str
    points: Sequence[Point]
    person: Point | None = None

    @property
    def title(self) -> str:
        """What is shown."""
        joint = "and" if self.quantity == "depth" else "against"
        return f"{TITLE} {joint} {NAMES[self.quantity]}"

    @property
    def placed(self) -> list[tuple[Point, float, int]]:
        """The points that have both coordinates, with them."""
        return [(point, point.error, point.value) for point in self.points if point.error is not None and point.value]


def percent(error: float | None) -> str:
    """An error as it is published: `3.57 %`; nothing where it is not."""
    return "" if error is None else f"{error:g} %"


def told(chart: Chart, point: Point) -> str:
    """A point's quantity in words."""
    if point.value is None:
        return "shallow" if point.year is not None else ""
    if chart.quantity == "depth":
        return f"{point.value} layer" + "s" * (point.value != 1)
    return short(point.value)


def chart_lines(chart: Chart, width: int | None) -> Iterator[Line]:
    """The chart as lines of at most `width` columns."""
    yield from ((Span(line, "bold"),) for line in wrapped(chart.title, width))
    yield ""
    if chart.quantity == "depth":
        yield from _bars(chart, width or _WIDTH)
        return
    yield from _scatter(chart, min(width or _WIDTH, 120))
    yield ""
    for point in [*chart.points, *([chart.person] if chart.person else [])]:
        yield f"{_padded(point.label, _LABEL)}  {told(chart, point):>10}  {percent(point.error):>7}"


def _padded(text: str, width: int) -> str:
    shown = clipped(visible(text), width)
    return shown + " " * (width - cells(shown))


def _bars(chart: Chart, width: int) -> Iterator[Line]:
    """One line per network: a bar for the error, a bar for the depth."""
    rows = [*chart.points, *([chart.person] if chart.person else [])]
    label = min(_LABEL, max(cells(visible(point.label)) for point in rows))
    room = max(12, width - label - 4 - 7 - 10 - 2 * 5)
    error_room, value_room = room - room // 2, room // 2
    most_error = max((point.error or 0 for point in rows), default=0) or 1
    most_value = max((point.value or 0 for point in rows), default=0) or 1
    for point in rows:
        error = _bar((point.error or 0) / most_error, error_room)
        value = _bar((point.value or 0) / most_value, value_room)
        yield (
            Span(f"{point.year or '':>4}  {_padded(point.label, label)}  {percent(point.error):>7}  "),
            Span(error, "red"),
            Span(f"  {told(chart, point):>10}  "),
            Span(value, "blue"),
        )


def _bar(share: float, room: int) -> str:
    """A bar to half a cell; anything but nothing shows."""
    halves = max(round(share * room * 2), 1 if share > 0 else 0)
    bar = "█" * (halves // 2) + "▌" * (halves % 2)
    return bar + " " * (room - len(bar))


def _scatter(chart: Chart, width: int) -> Iterator[Line]:
    """Error upwards, the quantity to the right on a logarithmic scale."""
    placed = chart.placed
    if not placed:
        yield "no network here states its top-5 error (`reference: {top5_error: …}`)"
        return
    columns = max(width - _MARGIN - 2, 20)
    scale = Scale([value for _, _, value in placed], columns - 1)
    top = max([error for _, error, _ in placed] + ([chart.person.error or 0] if chart.person else [])) * 1.1
    grid = [[" "] * columns for _ in range(_HEIGHT)]
    if chart.person and chart.person.error:
        grid[_row(chart.person.error, top)] = ["·"] * columns
    for _, error, value in placed:
        grid[_row(error, top)][round(scale.at(value))] = "●"
    for point, error, value in placed:
        _write(grid[_row(error, top)], round(scale.at(value)), visible(point.label))
    for number, line in enumerate(grid):
        at = top * (_HEIGHT - 1 - number) / (_HEIGHT - 1)
        tick = f"{at:.0f} %" if number % 4 == (_HEIGHT - 1) % 4 else ""
        yield f"{tick:>{_MARGIN - 1}} │" + "".join(line)
    yield " " * _MARGIN + "┼" + "─" * columns
    yield " " * (_MARGIN + 1) + _ticks(scale, columns)


def _row(error: float, top: float) -> int:
    return _HEIGHT - 1 - round(error / top * (_HEIGHT - 1))


def _write(line: list[str], at: int, label: str) -> None:
    """The label beside its mark, right or left of it, where that leaves other marks alone."""
    size = cells(label)
    if size != len(label):
        return
    for first in (at + 2, at - 1 - size):
        place = slice(max(first - 1, 0), first + size + 1)
        if first >= 0 and first + size <= len(line) and all(cell in " ·" for cell in line[place]):
            line[first : first + size] = label
            return


class Scale:
    """A logarithmic axis of so many cells or pixels."""

    def __init__(self, values: Sequence[int], length: float) -> None:
        self._low = log10(min(values)) - 0.15
        self._high = log10(max(values)) + 0.35
        self._length = length

    def at(self, value: float) -> float:
        """Where a value stands."""
        return (log10(value) - self._low) / (self._high - self._low) * self._length

    def ticks(self) -> list[int]:
        """Round values on the axis: 1, 2 and 5 times powers of ten."""
        exponents = range(int(self._low) - 1, int(self._high) + 2)
        values = [digit * 10**exponent for exponent in exponents if exponent >= 0 for digit in (1, 2, 5)]
        return [value for value in values if self._low <= log10(value) <= self._high]


def _ticks(scale: Scale, columns: int) -> str:
    line = [" "] * columns
    for value in scale.ticks():
        text, at = tick(value), round(scale.at(value))
        if at + len(text) < columns and all(cell == " " for cell in line[max(at - 1, 0) : at + len(text) + 1]):
            line[at : at + len(text)] = text
    return "".join(line)


def tick(value: int) -> str:
    """A round value in short: `50 M`."""
    for size, suffix in ((10**12, " T"), (10**9, " G"), (10**6, " M"), (10**3, " K")):
        if value >= size and value % size == 0:
            return f"{value // size}{suffix}"
    return str(value)
