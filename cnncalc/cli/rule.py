"""`cnncalc rule`."""

from __future__ import annotations

from typing import Any

import click


def complete_code(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """The codes, for shell completion."""
    from click.shell_completion import CompletionItem

    from cnncalc.rules import pages

    return [CompletionItem(code) for code in pages() if code.startswith(incomplete)]


@click.command()
@click.argument("code", required=False, shell_complete=complete_code)
def rule(code: str | None) -> int:
    """The page of a finding: what its code means, with a wrong and a right example; without CODE, all codes."""
    from cnncalc.render.terminal import stdout
    from cnncalc.rules import pages
    from cnncalc.spec.suggest import did_you_mean
    from cnncalc.visible import visible

    found = pages()
    if code is None:
        stdout().write(f"{page.code:26}{page.about}" for page in found.values())
        return 0
    if code not in found:
        known = did_you_mean(code, found) or "`cnncalc rule` lists them"
        raise click.UsageError(f"there is no code '{visible(code)}': {known}")
    stdout().write(["", *_lines(code, found[code].text)])
    return 0


def _lines(code: str, text: str) -> list[str]:
    """The page as a terminal shows it: fences become `wrong:` and `right:`, their contents are indented."""
    lines, inside = [code, "=" * len(code)], False
    for line in text.rstrip().split("\n"):
        if line.startswith("```"):
            inside = not inside
            if inside:
                _, which, *options = line.split(" ")
                lines += [
                    f"{'wrong' if which == 'bad' else 'right'}{' with ' + ' '.join(options) if options else ''}:",
                    "",
                ]
            continue
        lines.append(f"    {line}" if inside else line)
    return lines
