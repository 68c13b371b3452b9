"""How a network shows itself in a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence

from cnncalc.analysis.measured import Measured
from cnncalc.render.summary import View, closing, heading, summary_table
from cnncalc.render.table import Table, text_lines
from cnncalc.render.terminal import Line, visible


def _plain(line: Line) -> str:
    return line if isinstance(line, str) else "".join(span.text for span in line)


def summary_text(network: Measured) -> str:
    """The summary as text."""
    view = View()
    lines = [heading(network), "", *text_lines(summary_table(network, view)), "", *closing(network, view, None)]
    return "\n".join(_plain(line).rstrip() for line in lines)


def summary_html(network: Measured) -> str:
    """The summary as an HTML table; whatever stands in names is text in it."""
    view = View()
    title = html.escape(_plain(heading(network)))
    below = "<br>".join(html.escape(_plain(line)) for line in closing(network, view, None))
    return f"<p><b>{title}</b></p>{table_html(summary_table(network, view))}<p>{below}</p>"


def table_html(table: Table) -> str:
    """A table in HTML."""

    def row(cells: Sequence[str], tag: str) -> str:
        listed = zip(table.columns, cells, strict=True)
        made = (
            f'<{tag} style="text-align:{"right" if column.numeric else "left"}">{html.escape(visible(cell))}</{tag}>'
            for column, cell in listed
        )
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(row(cells, "td") for cells in table.rows)
    footer = f"<tfoot>{row(table.footer, 'th')}</tfoot>" if table.footer is not None else ""
    head = row([column.title for column in table.columns], "th")
    return f"<table><thead>{head}</thead><tbody>{body}</tbody>{footer}</table>"
