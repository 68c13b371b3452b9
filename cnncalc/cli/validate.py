"""`cnncalc validate`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli.options import complete_spec, open_spec, options_from, spec_options

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic
    from cnncalc.network import Network
    from cnncalc.spec.load import Options

FORMATS = ("text", "concise", "json")


@click.command()
@click.argument("specs", metavar="SPEC…", nargs=-1, required=True, shell_complete=complete_spec)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How findings are written.",
)
@spec_options
def validate(
    specs: tuple[str, ...],
    format_: str,
    input_: tuple[str, ...],
    settings: tuple[str, ...],
    strict: bool,
    limits: tuple[str, ...],
) -> int:
    """Everything that is wrong with specifications: where, what, why, and what would fit.

    The exit code of several files is the worst of theirs.
    """
    options = options_from(input_, settings, strict, limits)
    checked = [_check(spec, options) for spec in specs]
    if format_ == "json":
        files = [_as_dict(spec, findings) for spec, (_, findings, _) in zip(specs, checked, strict=True)]
        click.echo(json.dumps({"schema_version": 1, "files": files}, ensure_ascii=False))
    else:
        for spec, (network, findings, _) in zip(specs, checked, strict=True):
            _show(spec, network, findings, format_)
    return max(status for _, _, status in checked)


def _check(spec: str, options: Options) -> tuple[Network | None, list[Diagnostic], int]:
    from cnncalc.cli.report import status_of
    from cnncalc.diagnostics import SpecError

    try:
        network = open_spec(spec, options)
    except SpecError as error:
        return None, error.diagnostics, error.status
    return network, network.diagnostics, status_of(network)


def _as_dict(spec: str, findings: list[Diagnostic]) -> dict[str, Any]:
    valid = not any(finding.severity == "error" for finding in findings)
    return {"path": spec, "valid": valid, "diagnostics": [finding.as_dict() for finding in findings]}


def _show(spec: str, network: Network | None, findings: list[Diagnostic], format_: str) -> None:
    from cnncalc.cli.report import finding_lines
    from cnncalc.render.diagnostics import concise_line, tally
    from cnncalc.render.terminal import stdout
    from cnncalc.visible import visible

    terminal = stdout()
    if format_ == "concise":
        terminal.write(concise_line(finding, spec) for finding in findings if finding.severity != "note")
        return
    if network is None:
        terminal.write(_unread(spec, findings))
        return
    shown = [finding for finding in findings if finding.severity != "note"]
    terminal.write(finding_lines(shown, network, terminal))
    totals = network.totals
    verdict = tally(shown) or "no findings"
    if network.valid:
        verdict = f"valid ({verdict}): {totals.layers} layers, {totals.parameters:,} parameters"
    terminal.write([f"{visible(spec)}: {verdict}"])


def _unread(spec: str, findings: list[Diagnostic]) -> list[str]:
    from cnncalc.render.diagnostics import concise_line

    lines = []
    for finding in findings:
        lines.append(concise_line(finding, spec))
        if finding.help:
            lines.append(f"  help: {finding.help}")
    return lines
