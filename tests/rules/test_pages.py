"""The pages of the findings: one for every code that the package can emit, their examples true."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.cli.main import run
from cnncalc.rules import Example, Page, pages
from cnncalc.spec.codes import WARNINGS

PACKAGE = Path(cnncalc.__file__).parent
_MAKERS = ("Problem", "ScalarError", "FormulaError", "fail", "Diagnostic", "_refusal", "_limit", "Lint")
_CODE = re.compile(r"[a-z]+(-[a-z]+)*\Z")


def _constants(node: ast.expr) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and _CODE.match(inner.value):
            yield inner.value


def _emitted(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            of_findings = (
                name == "add" and isinstance(node.func, ast.Attribute) and "findings" in ast.unparse(node.func)
            )
            if node.args and (name in _MAKERS or of_findings):
                yield from _constants(node.args[0])
            if name == "_error" and len(node.args) > 2:
                yield from _constants(node.args[2])
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield from _constants(keyword.value)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
            yield from (text for text in _constants(node.value) if "-" in text)


def emitted_codes() -> set[str]:
    """Every code in the package's source."""
    paths = [path for part in ("spec", "layers", "analysis") for path in (PACKAGE / part).rglob("*.py")]
    return {code for path in paths for code in _emitted(ast.parse(path.read_text(encoding="utf-8")))}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    codes = emitted_codes()
    assert codes >= WARNINGS
    assert codes == set(pages())


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.code)
def test_a_page_has_a_wrong_and_a_right_example(page: Page) -> None:
    assert page.about.endswith((".", ")"))
    if page.code not in ("more", "receptive-field"):
        assert [example.bad for example in page.examples] == [True, False]


def _findings(example: Example, folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    if example.form == "command":
        command, *rest = example.text.split()
        run([command, *rest, "--format", "json"])
    else:
        data = example.text.encode()
        if example.form == "bytes":
            data = example.text.strip().encode().decode("unicode_escape").encode("latin-1")
        (folder / "net.yaml").write_bytes(data)
        run(["validate", str(folder / "net.yaml"), "--format", "json", *example.options])
    found = json.loads(capsys.readouterr().out)["files"][0]["diagnostics"]
    return [finding for finding in found if finding["severity"] != "note"]


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.code)
def test_the_wrong_example_gets_the_code_and_the_right_one_nothing(
    page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for example in page.examples:
        codes = [finding["code"] for finding in _findings(example, tmp_path, capsys)]
        assert codes == ([page.code] if example.bad else []), example.text


def test_rule_prints_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "kernel-too-large"]) == 0
    out = capsys.readouterr().out
    assert "wrong:\n\n    input: 6x6x16\n" in out
    assert "right:" in out


def test_rule_lists_all_codes_and_suggests(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(pages())
    assert run(["rule", "kernel-to-large"]) == 2
    assert "did you mean `kernel-too-large`?" in capsys.readouterr().err
