"""`cnncalc kinds`."""

from __future__ import annotations

import json

import click

from cnncalc.cli.options import format_option


def complete_kind(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Kinds, for shell completion."""
    from cnncalc.layers import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


@click.command()
@click.argument("kind", required=False, shell_complete=complete_kind)
@format_option(("text", "json"))
def kinds(kind: str | None, format_: str) -> int:
    """The layer kinds, or the reference page of one: its rule, hyperparameters, weights and counts."""
    from cnncalc.layers import KINDS
    from cnncalc.render import reference
    from cnncalc.render.terminal import stdout

    if kind is None:
        if format_ == "json":
            pages = [reference.page_dict(name) for name in KINDS]
            click.echo(json.dumps({"schema_version": 1, "kinds": pages}))
        else:
            terminal = stdout()
            terminal.write(reference.overview_lines(terminal.width))
        return 0
    name = _known(kind)
    if format_ == "json":
        click.echo(json.dumps({"schema_version": 1, **reference.page_dict(name)}))
    else:
        terminal = stdout()
        terminal.write(reference.page_lines(name, terminal.width))
    return 0


def _known(kind: str) -> str:
    from cnncalc.layers import KINDS
    from cnncalc.spec.items import foreign_spelling
    from cnncalc.spec.suggest import nearest
    from cnncalc.visible import visible

    if kind in KINDS:
        return kind
    known = foreign_spelling(kind) or nearest(kind, KINDS)
    hint = f"did you mean {known}?" if known else "`cnncalc kinds` lists them"
    raise click.UsageError(f"there is no layer kind '{visible(kind)}': {hint}")
