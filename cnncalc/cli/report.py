"""Writing results: to standard output or whole to a file; findings to standard error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnncalc.cli.status import Status
from cnncalc.render.terminal import Line, Terminal, stderr, stdout

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic, Place, SpecError
    from cnncalc.network import Network


FEW = 3
"""Up to how many warnings are shown in full beside a result that is about something else."""


def write_text(text: str | Iterable[str], output: str | None, force: bool, spec: str | None = None) -> None:
    """Write a result as it is, whole or piece by piece."""
    pieces = [text] if isinstance(text, str) else text
    if output is not None:
        write_file(pieces, output, force, spec)
        return
    terminal = stdout()
    for piece in pieces:
        terminal.stream.write(terminal.encodable(piece))


def write_lines(lines: Iterable[Line], output: str | None, force: bool, spec: str | None = None) -> None:
    """Write a result made of lines, in colour on a terminal."""
    if output is None:
        stdout().write(lines)
        return
    plain = ("".join(span.text for span in line) if not isinstance(line, str) else line for line in lines)
    write_file((line.rstrip() + "\n" for line in plain), output, force, spec)


def write_file(pieces: Iterable[str], output: str, force: bool, spec: str | None = None) -> None:
    """Write a file whole or not at all: beside it first, then in its place.

    Raises:
        click.UsageError: where it exists and is not to be overwritten, or is the specification itself.
    """
    import tempfile

    from cnncalc.visible import visible

    target = Path(output)
    name = visible(output)
    if spec is not None and target.exists() and Path(spec).exists() and target.samefile(spec):
        raise click.UsageError(f"-o {name} would overwrite the specification")
    if not target.parent.is_dir():
        raise click.UsageError(f"-o {name}: there is no folder {visible(str(target.parent))}")
    if target.is_dir():
        raise click.UsageError(f"-o {name} is a folder")
    if target.exists() and not force:
        raise click.UsageError(f"-o {name} exists already; --force overwrites it")
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        _usual_mode(temporary)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _usual_mode(path: str) -> None:
    """Give a temporary file the permissions an ordinary new file would have."""
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(path, 0o666 & ~mask)


def report(network: Network, terminal: Terminal | None = None) -> None:
    """Show a network's errors, and its warnings in full only where they are few, on standard error."""
    errors = [finding for finding in network.diagnostics if finding.severity == "error"]
    warnings = [finding for finding in network.diagnostics if finding.severity == "warning"]
    if not errors and not warnings:
        return
    terminal = terminal or stderr()
    few = warnings if len(warnings) <= FEW else []
    terminal.write(finding_lines([*errors, *few], lines_of(network), terminal))
    if not few and warnings:
        from cnncalc.render.diagnostics import concise_line

        terminal.write(concise_line(warning, network.name) for warning in warnings[:FEW])
        left_out = any(finding.code == "more" for finding in network.diagnostics)
        rest = f"{'at least ' if left_out else ''}{len(warnings) - FEW:,} more warnings"
        terminal.write([f"… and {rest}: `cnncalc validate` shows them"])


def lines_of(network: Network) -> Callable[[Place], str]:
    """What gives the source lines of a network's findings."""
    return network.loaded.sources.line_of if network.loaded else lambda place: ""


def finding_lines(
    findings: Iterable[Diagnostic], line_of: Callable[[Place], str], terminal: Terminal
) -> Iterator[Line]:
    """Findings with their source lines."""
    from cnncalc.render.diagnostics import diagnostic_lines

    for finding in findings:
        yield from diagnostic_lines(finding, line_of, terminal.width)


def report_unreadable(error: SpecError) -> int:
    """Show why a specification could not be read at all; returns the exit code."""
    terminal = stderr()
    terminal.write(finding_lines(error.diagnostics, error.line_of, terminal))
    return error.status


def status_of(network: Network) -> int:
    """The exit code that a network's findings give."""
    errors = [finding for finding in network.diagnostics if finding.severity == "error"]
    worst = max((finding.status for finding in errors), default=0)
    return max(worst, Status.WRONG if not network.totals.complete else Status.FINE)


def width_for(output: str | None) -> int | None:
    """How wide a result may be: as wide as the terminal, a file's lines as long as they like."""
    return stdout().width if output is None else None
