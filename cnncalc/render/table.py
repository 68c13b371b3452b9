"""Tables as values, and their layouts: text, CSV, Markdown, LaTeX. Numbers are never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnncalc.render.terminal import Line, Span, cells, clipped, visible

GAP = "  "
_SHORTEST = 8
"""How far a text column may be shortened before the table is stacked instead."""


class Column(NamedTuple):
    """One column: its title, and whether it holds numbers (right-aligned, never shortened)."""

    title: str
    numeric: bool = False
    style: str = ""


class Table:
    """Columns, rows of cells already made text, and a totals row. Cells may hold anything a file put into them."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]] = (), footer: Sequence[str] | None = None
    ) -> None:
        self.columns = columns
        self.rows = rows
        self.footer = footer

    @property
    def all_rows(self) -> Iterator[Sequence[str]]:
        """The rows and then the totals."""
        yield from self.rows
        if self.footer is not None:
            yield self.footer


def text_lines(table: Table, width: int | None = None, *, styled: bool = True) -> Iterator[Line]:
    """The table as aligned lines, within `width` columns; stacked where it would not fit even shortened.

    Without `styled` the lines are plain text, at a fifth of the cost.
    """
    titles = [visible(column.title) for column in table.columns]
    rows = [[visible(cell) for cell in row] for row in table.rows]
    footer = [visible(cell) for cell in table.footer] if table.footer is not None else None
    everything = [titles, *rows, *([footer] if footer else [])]
    widths = [max(map(cells, column)) for column in zip(*everything, strict=True)]
    fitted = _fit(table.columns, widths, width)
    if fitted is None:
        yield from _stacked(table.columns, rows, footer, width or 80)
        return
    rule = "─" * (sum(fitted) + len(GAP) * (len(fitted) - 1))
    yield _row(table.columns, titles, fitted, "bold")
    yield (Span(rule, "dim"),)
    if styled:
        for row in rows:
            yield _row(table.columns, row, fitted)
    else:
        yield from _plain_rows(table.columns, rows, fitted)
    if footer is not None:
        yield (Span(rule, "dim"),)
        yield _row(table.columns, footer, fitted, "bold")


def _fit(columns: Sequence[Column], widths: list[int], width: int | None) -> list[int] | None:
    """The width of each column; the longest text columns give way first. None where not even that is enough."""
    fitted = list(widths)
    excess = sum(fitted) + len(GAP) * (len(fitted) - 1) - width if width is not None else 0
    while excess > 0:
        texts = [index for index, column in enumerate(columns) if not column.numeric and fitted[index] > _SHORTEST]
        if not texts:
            return None
        texts.sort(key=lambda index: fitted[index], reverse=True)
        second = fitted[texts[1]] if len(texts) > 1 else _SHORTEST
        step = min(excess, max(1, fitted[texts[0]] - max(second, _SHORTEST)))
        fitted[texts[0]] -= step
        excess -= step
    return fitted


def _row(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int], style: str = "") -> tuple[Span, ...]:
    pieces: list[Span] = []
    for column, cell, width in zip(columns, row, widths, strict=True):
        text = clipped(cell, width)
        blank = " " * (width - cells(text))
        shown = "dim" if column.numeric and text == "0" and not style else style or column.style
        pieces.append(Span(blank + text if column.numeric else text + blank, shown))
        pieces.append(Span(GAP))
    return tuple(pieces[:-1])


def _plain_rows(columns: Sequence[Column], rows: list[list[str]], widths: Sequence[int]) -> Iterator[str]:
    shape = [(column.numeric, width) for column, width in zip(columns, widths, strict=True)]
    for row in rows:
        yield GAP.join([_padded(cell, numeric, width) for cell, (numeric, width) in zip(row, shape, strict=True)])


def _padded(cell: str, numeric: bool, width: int) -> str:
    if not cell.isascii() or len(cell) > width:
        cell = clipped(cell, width)
        width -= cells(cell) - len(cell)
    return cell.rjust(width) if numeric else cell.ljust(width)


def _stacked(columns: Sequence[Column], rows: list[list[str]], footer: list[str] | None, width: int) -> Iterator[Line]:
    """One block of lines per row, for terminals too narrow for columns."""
    for row in [*rows, *([footer] if footer else [])]:
        yield (Span(clipped(row[0], max(width, _SHORTEST)), "bold"),)
        for column, cell in zip(columns[1:], row[1:], strict=True):
            if cell:
                label = f"  {visible(column.title)}: "
                fits = cells(label) + cells(cell) <= width
                yield label + cell if fits or column.numeric else label.rstrip()
                if not fits and not column.numeric:
                    yield "    " + cell
        yield ""


_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(table: Table, raw: bool = False) -> str:
    """The table as CSV; text that a spreadsheet would take for a formula gets a `'` before it, unless `raw`."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.title for column in table.columns])
    for row in table.all_rows:
        writer.writerow(
            [cell if raw else _inert(cell, column) for column, cell in zip(table.columns, row, strict=True)]
        )
    return buffer.getvalue()


def _inert(cell: str, column: Column) -> str:
    text = visible(cell)
    if column.numeric and re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})+|[0-9.]+ %", text):
        return text.replace(",", "").removesuffix(" %")
    if text.startswith(_DANGEROUS) and not (column.numeric and re.fullmatch(r"-?[0-9.]+", text)):
        return "'" + text
    return text


def markdown_text(table: Table) -> str:
    """The table in Markdown; characters with a meaning there are escaped."""
    aligned = ["---:" if column.numeric else ":---" for column in table.columns]
    lines = [_markdown_row([markdown_escaped(column.title) for column in table.columns]), "|" + "|".join(aligned) + "|"]
    lines += [_markdown_row([markdown_escaped(cell) for cell in row]) for row in table.rows]
    if table.footer is not None:
        lines.append(_markdown_row([f"**{markdown_escaped(cell)}**" if cell else "" for cell in table.footer]))
    return "\n".join(lines) + "\n"


def _markdown_row(row: Sequence[str]) -> str:
    return "| " + " | ".join(row) + " |"


def markdown_escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|!~&$])", r"\\\1", visible(text))
    return escaped.replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")


_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "–": "--",
    "…": r"\dots{}",
    "→": r"$\to$",
    "⌈": r"$\lceil$",
    "⌉": r"$\rceil$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "₁": "$_1$",
    "₂": "$_2$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "Σ": r"$\Sigma$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
}


def latex_escaped(text: str) -> str:
    """Text that LaTeX sets as it is."""
    return "".join(_LATEX.get(char, char) for char in visible(text))


def latex_text(table: Table) -> str:
    """The table as a LaTeX `tabular` (package booktabs)."""

    def row(line: Sequence[str]) -> str:
        return " & ".join(map(latex_escaped, line)) + r" \\"

    alignment = "".join("r" if column.numeric else "l" for column in table.columns)
    lines = [
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        row([column.title for column in table.columns]),
        r"\midrule",
        *map(row, table.rows),
    ]
    if table.footer is not None:
        lines += [r"\midrule", row(table.footer)]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"
