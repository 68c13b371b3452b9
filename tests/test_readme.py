"""The README's examples, executed: console sessions to the letter, Python as doctests, specifications loaded.

After an intended change of output, `UPDATE_README=1 python -m pytest tests/test_readme.py` writes the new sessions.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import cnncalc
from cnncalc.cli.main import COMMANDS, cli

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "architectures" / "README.md")


def fenced(page: Path, language: str) -> list[tuple[int, str]]:
    """The fenced blocks of a language, with the line each starts on."""
    text = page.read_text(encoding="utf-8")
    blocks = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text[: block.start()].count("\n") + 1, block[1]) for block in blocks]


def cases(language: str) -> list[object]:
    return [
        pytest.param(page, block, id=f"{page.parent.name}-{line}")
        for page in PAGES
        if page.exists()
        for line, block in fenced(page, language)
    ]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the README's own specifications under the names that its sessions use."""
    for page in PAGES:
        for _, block in fenced(page, "yaml") if page.exists() else ():
            if named := re.match(r"# (\S+\.yaml)\n", block):
                (tmp_path / named[1]).write_text(block, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


def rewritten(page: Path, command: str, expected: str, shown: str) -> None:
    """Put what is shown in place of what was expected; sessions that end in `…` keep their number of lines."""
    lines = shown.rstrip().split("\n")
    most = expected.rstrip().count("\n")
    if expected.rstrip().endswith("\n…") and len(lines) > most:
        lines = [*lines[:most], "…"]
    text = page.read_text(encoding="utf-8")
    said = f"$ cnncalc {command}\n"
    page.write_text(text.replace(said + expected, said + "\n".join(lines) + "\n"))


@pytest.mark.parametrize(("page", "session"), cases("console"))
def test_console_sessions(page: Path, session: str, workplace: Path) -> None:
    for command, expected in re.findall(r"^\$ cnncalc (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE):
        result = CliRunner().invoke(cli, shlex.split(command, comments=True))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        if os.environ.get("UPDATE_README"):
            rewritten(page, command, expected, result.output)
            continue
        shown = re.sub(r"\d+\.\d+ s\b", "… s", result.output).strip()
        wanted = re.sub(r"\d+\.\d+ s\b", "… s", expected).strip()
        if wanted.endswith("\n…"):
            shown, wanted = shown[: len(wanted) - 1], wanted[:-1]
        assert shown == wanted, command


@pytest.mark.parametrize(("page", "block"), cases("python"))
def test_python_examples(page: Path, block: str, workplace: Path) -> None:
    parsed = doctest.DocTestParser().get_doctest(block, {}, page.name, str(page), 0)
    assert parsed.examples, "a Python example shows what it prints"
    failures = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(parsed)
    assert failures.failed == 0


@pytest.mark.parametrize(("page", "block"), cases("yaml"))
def test_specifications(page: Path, block: str, workplace: Path) -> None:
    if re.search(r"^layers:", block, re.MULTILINE) and "# wrong" not in block:
        text = block if re.search(r"^(input|extends):", block, re.MULTILINE) else "input: 32x32x3\n" + block
        assert cnncalc.loads(text).totals.layers > 0


def test_every_command_is_in_the_readme() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    missing = [name for name in COMMANDS if f"cnncalc {name}" not in text]
    assert missing == []
