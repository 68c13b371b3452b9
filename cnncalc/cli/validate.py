"""`cnncalc validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnncalc.cli.options import Loading, complete_spec, format_option, open_spec, spec_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncalc.diagnostics import Diagnostic, Place
    from cnncalc.network import Network
    from cnncalc.spec.load import Options

FORMATS = ("text", "concise", "json", "github", "sarif")


class Checked(NamedTuple):
    """One file and what was found in it; `network` is None where it could not be read."""

    path: str
    network: Network | None
    findings: list[Diagnostic]
    status: int
    line_of: Callable[[Place], str]

    @property
    def shown(self) -> list[Diagnostic]:
        """What people are told: errors and warnings."""
        return [finding for finding in self.findings if finding.severity != "note"]


@click.command()
@click.argument("specs", metavar="SPEC…", nargs=-1, required=True, shell_complete=complete_spec)
@format_option(FORMATS, "How findings are written.")
@click.option("--max-parameters", metavar="N", help="A budget, such as 5M: more parameters are an error.")
@click.option("--max-macs", metavar="N", help="The same for multiply–accumulates.")
@click.option("--max-activations", metavar="N", help="The same for numbers in all outputs.")
@spec_options
def validate(
    specs: tuple[str, ...],
    format_: str,
    max_parameters: str | None,
    max_macs: str | None,
    max_activations: str | None,
    loading: Loading,
) -> int:
    """Everything that is wrong with specifications: where, what, why, and what would fit.

    The exit code of several files is the worst of theirs. `cnncalc rule CODE` explains a finding's code.
    """
    budgets = {"parameters": max_parameters, "macs": max_macs, "activations": max_activations}
    read = {name: _figure(name, text) for name, text in budgets.items() if text is not None}
    options = loading.options()
    checked = [_check(spec, options, read) for spec in specs]
    _write(checked, format_)
    return max(each.status for each in checked)


def _figure(name: str, text: str) -> int:
    from cnncalc.spec.expectations import Figure
    from cnncalc.visible import visible

    try:
        limit: int = Figure(text).value
    except ValueError:
        raise click.UsageError(f"--max-{name}: '{visible(text)}' is no number such as 5000, 5M or 1.2G") from None
    return limit


def _check(spec: str, options: Options, budgets: dict[str, int]) -> Checked:
    from cnncalc.cli.report import lines_of, status_of
    from cnncalc.diagnostics import SpecError

    try:
        network = open_spec(spec, options)
    except SpecError as error:
        return Checked(spec, None, error.diagnostics, error.status, error.line_of)
    for quantity, limit in budgets.items():
        network.check_budget(quantity, limit)
    return Checked(spec, network, network.diagnostics, status_of(network), lines_of(network))


def _write(checked: list[Checked], format_: str) -> None:
    from cnncalc.render.machine import json_text
    from cnncalc.render.terminal import stdout

    if format_ == "json":
        stdout().stream.write(json_text({"schema_version": 1, "files": [_as_dict(each) for each in checked]}))
    elif format_ == "sarif":
        stdout().stream.write(json_text(_sarif(checked)))
    elif format_ == "text":
        for each in checked:
            _show(each)
    else:
        stdout().write(_line(finding, each.path, format_) for each in checked for finding in each.shown)


def _line(finding: Diagnostic, path: str, format_: str) -> str:
    from cnncalc.render.diagnostics import concise_line
    from cnncalc.render.github import annotation

    return annotation(finding, path) if format_ == "github" else concise_line(finding, path)


def _as_dict(checked: Checked) -> dict[str, Any]:
    return {
        "path": checked.path,
        "valid": not any(finding.severity == "error" for finding in checked.findings),
        "diagnostics": [finding.as_dict() for finding in checked.findings],
    }


def _sarif(checked: list[Checked]) -> dict[str, Any]:
    from cnncalc import __version__
    from cnncalc.render.sarif import sarif_log
    from cnncalc.rules import pages

    abouts = {code: page.about for code, page in pages().items()}
    return sarif_log(((each.path, each.findings) for each in checked), abouts, __version__)


def _show(checked: Checked) -> None:
    from cnncalc.cli.report import finding_lines
    from cnncalc.render.diagnostics import tally
    from cnncalc.render.terminal import stdout
    from cnncalc.visible import visible

    terminal = stdout()
    terminal.write(finding_lines(checked.shown, checked.line_of, terminal))
    verdict = tally(checked.findings) or "no findings"
    wrong = next((finding.code for finding in checked.shown if finding.severity == "error"), None)
    if wrong is not None:
        verdict += f" (`cnncalc rule {wrong}` explains{' the first' if len(checked.shown) > 1 else ''})"
    if checked.network is not None and checked.network.valid:
        totals = checked.network.totals
        layers = "1 layer" if totals.layers == 1 else f"{totals.layers:,} layers"
        verdict = f"valid ({verdict}): {layers}, {totals.parameters:,} parameters"
    terminal.write([f"{visible(checked.path)}: {verdict}"])
