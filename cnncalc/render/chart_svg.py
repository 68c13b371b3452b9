"""Charts as SVG: plain shapes and text, nothing that a name could turn into an element."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from cnncalc.analysis.compare import Point
from cnncalc.render.chart import NAMES, Chart, Scale, percent, tick, told
from cnncalc.render.terminal import visible

_WIDTH, _HEIGHT = 760, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 56, 64
_CHARACTER = 6.5
"""About how wide a character is."""
_RED, _BLUE, _GREY = "#c0392b", "#2c6fbb", "#777777"


def chart_svg(chart: Chart) -> str:
    """The chart as one SVG document."""
    body = _by_year(chart) if chart.quantity == "depth" else _against(chart)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{escape(chart.title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_WIDTH / 2, 24, chart.title, size=16),
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _text(x: float, y: float, text: str, *, anchor: str = "middle", fill: str = "black", size: int = 12) -> str:
    """Text with a white rim, to be read over bars and lines."""
    look = (
        f'text-anchor="{anchor}" fill="{fill}" font-size="{size}" stroke="white" stroke-width="3" paint-order="stroke"'
    )
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(visible(text))}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dashes}/>'


def _top_of(chart: Chart) -> float:
    errors = [point.error or 0 for point in chart.points] + [chart.person.error or 0 if chart.person else 0]
    return (max(errors) or 1) * 1.12


def _up(share: float) -> float:
    """The height on the page of a share of the drawing's height."""
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _frame(top: float) -> Iterator[str]:
    """The axis of errors."""
    step = 5 if top > 12 else 2 if top > 5 else 1
    for error in range(0, int(top) + 1, step):
        yield _line(_LEFT, _up(error / top), _WIDTH - _RIGHT, _up(error / top), "#e5e5e5")
        yield _text(_LEFT - 8, _up(error / top) + 4, f"{error} %", anchor="end", fill=_GREY)


def _person(chart: Chart, top: float) -> Iterator[str]:
    """A person's error as a dashed line."""
    if chart.person and chart.person.error is not None:
        height = _up(chart.person.error / top)
        yield _line(_LEFT, height, _WIDTH - _RIGHT, height, _GREY, dashed=True)
        note = f"{chart.person.label}: {percent(chart.person.error)}"
        yield _text(_LEFT + 4, height - 5, note, anchor="start", fill=_GREY, size=11)


def _by_year(chart: Chart) -> Iterator[str]:
    """Bars for the errors, a line for the depths."""
    top = _top_of(chart)
    yield from _frame(top)
    room = (_WIDTH - _LEFT - _RIGHT) / max(len(chart.points), 1)
    most = max((point.value or 0 for point in chart.points), default=0) or 1
    ends = []
    for place, point in enumerate(chart.points):
        middle = _LEFT + (place + 0.5) * room
        yield from _column(point, middle, room, top)
        ends.append((middle, _up(0.95 * (point.value or 0) / most)))
    yield from _person(chart, top)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in ends)
    yield f'<polyline fill="none" stroke="{_BLUE}" stroke-width="2" points="{path}"/>'
    for point, (x, y) in zip(chart.points, ends, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_BLUE}"/>'
        yield _text(x, y - 9, told(chart, point), fill=_BLUE, size=11)


def _column(point: Point, middle: float, room: float, top: float) -> Iterator[str]:
    if point.error is not None:
        height = _up(point.error / top)
        left, wide = middle - 0.3 * room, 0.6 * room
        yield (
            f'<rect x="{left:.1f}" y="{height:.1f}" width="{wide:.1f}" height="{_up(0) - height:.1f}" '
            f'fill="{_RED}" fill-opacity="0.45"/>'
        )
        yield _text(middle - 0.3 * room, height - 4, percent(point.error), anchor="start", fill=_RED, size=11)
    yield _text(middle, _up(0) + 18, str(point.year or ""), fill=_GREY)
    yield _text(middle, _up(0) + 34, _fitted(point.label, room))


def _fitted(label: str, room: float) -> str:
    """A label cut to the room there is."""
    most = max(int(room / _CHARACTER), 4)
    return label if len(label) <= most else label[: most - 1] + "…"


def _against(chart: Chart) -> Iterator[str]:
    """A mark per network, the quantity on a logarithmic axis."""
    top = _top_of(chart)
    yield from _frame(top)
    yield from _person(chart, top)
    yield _text(_WIDTH / 2, _HEIGHT - 14, NAMES[chart.quantity], fill=_GREY)
    placed = chart.placed
    if not placed:
        yield _text(_WIDTH / 2, _HEIGHT / 2, "no network here states its top-5 error", fill=_GREY)
        return
    scale = Scale([value for _, _, value in placed], _WIDTH - _LEFT - _RIGHT)
    for value in scale.ticks():
        x = _LEFT + scale.at(value)
        yield _line(x, _up(0), x, _up(0) + 5, _GREY)
        yield _text(x, _up(0) + 20, tick(value), fill=_GREY)
    for point, error, value in placed:
        x, y = _LEFT + scale.at(value), _up(error / top)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{_BLUE}"/>'
        right, left = _WIDTH - x - 12, x - 12
        before = len(point.label) * _CHARACTER > right and left > right
        label = _fitted(point.label, left if before else right)
        yield _text(x - 9 if before else x + 9, y + 4, label, anchor="end" if before else "start")
