"""Where specifications come from: a path, standard input, or the name of a bundled architecture."""

from __future__ import annotations

import os
import re
import stat
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cnncalc.diagnostics import Diagnostic, SpecError
from cnncalc.spec.limits import Limits
from cnncalc.spec.suggest import nearest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,100}\Z")


class Found(NamedTuple):
    """The bytes of a specification, what to call it, and the folder it may extend files from."""

    path: str
    data: bytes
    folder: Path | None
    bundled: bool


@cache
def bundled_folder() -> Path:
    """The folder of the bundled architectures: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "architectures"
    return inside if inside.is_dir() else package.parent / "architectures"


def bundled_names() -> list[str]:
    """The names of the bundled architectures, sorted."""
    folder = bundled_folder()
    return sorted(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else []


def bundled_name(spec: str) -> str | None:
    """The bundled architecture that a specification names; None for paths, which win."""
    bundled = None if os.path.lexists(spec) else _bundled(spec)
    return bundled.stem if bundled else None


def find(spec: str, limits: Limits) -> Found:
    """Read a specification; a path that exists wins over a bundled name.

    Raises:
        SpecError: with exit code 2 where it cannot be read.
    """
    if spec == "-":
        return Found("<stdin>", _read_stdin(limits), Path(), False)
    if "\0" in spec:
        raise unreadable(f"{spec!r} is no file name")
    path = Path(spec)
    if not os.path.lexists(path):
        bundled = _bundled(spec)
        if bundled is None:
            raise unreadable(f"there is no file {shown(spec)}{_suggestion(spec)}")
        return Found(f"{bundled.stem}.yaml", read_file(bundled, limits), bundled_folder(), True)
    return Found(spec, read_file(path, limits), path.parent, False)


def _bundled(spec: str) -> Path | None:
    name = spec.removesuffix(".yaml")
    if not _NAME.match(name) or name not in bundled_names():
        return None
    return bundled_folder() / f"{name}.yaml"


def _suggestion(spec: str) -> str:
    if "/" in spec or os.sep in spec:
        return ""
    word = spec.removesuffix(".yaml").removesuffix(".yml").lower()
    begin = [name for name in bundled_names() if name.startswith(word)] if len(word) >= 3 else []
    if len(begin) > 1 and word not in begin:
        return f", and no bundled architecture of that name; there are {', '.join(begin[:4])}" + " …" * (len(begin) > 4)
    known = nearest(word, bundled_names())
    return (
        f", and no bundled architecture of that name; did you mean {known}?"
        if known
        else (", and no bundled architecture of that name; `cnncalc list` shows them")
    )


def read_file(path: Path, limits: Limits) -> bytes:
    """The bytes of a file, at most one more than the limit.

    Raises:
        SpecError: `unreadable`, `too-large`.
    """
    name = shown(str(path))
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise unreadable(f"{name} is a folder")
        with path.open("rb") as file:
            data = file.read(limits.bytes + 1)
    except OSError as error:
        raise unreadable(f"{name} cannot be read: {error.strerror or error}") from None
    return _small_enough(data, name, limits)


def _read_stdin(limits: Limits) -> bytes:
    try:
        if sys.stdin is None or sys.stdin.closed:
            raise unreadable("standard input is closed")
        if sys.stdin.isatty():
            raise unreadable("standard input is a terminal: pipe a specification into it")
        data = sys.stdin.buffer.read(limits.bytes + 1)
    except (OSError, ValueError) as error:
        raise unreadable(f"standard input cannot be read: {error}") from None
    return _small_enough(data, "standard input", limits)


def _small_enough(data: bytes, name: str, limits: Limits) -> bytes:
    if len(data) > limits.bytes:
        raise SpecError(
            [
                Diagnostic(
                    "too-large",
                    "error",
                    f"{name} is larger than the limit `bytes` allows ({limits.bytes:,})",
                    help=f"`--limit bytes={limits.bytes * 2}` raises it",
                    status=2,
                )
            ]
        )
    return data


def unreadable(message: str) -> SpecError:
    """The error for a file that cannot be read."""
    return SpecError([Diagnostic("unreadable", "error", message, status=2)])


def shown(name: str) -> str:
    """A file name that is safe to show: what a terminal would act on is escaped."""
    from cnncalc.visible import visible

    return visible(name)


def inside(target: Path, folder: Path) -> bool:
    """Whether a file, links followed, lies in a folder."""
    try:
        return target.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False
