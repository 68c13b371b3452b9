"""`extends` opens files of the specification's own folder and bundled ones, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnncalc.diagnostics import Diagnostic, SpecError
from cnncalc.network import open_network

NET = "input: 8x8x3\nlayers: [relu]\n"


def findings(path: Path) -> list[Diagnostic]:
    try:
        return [finding for finding in open_network(path).diagnostics if finding.severity == "error"]
    except SpecError as error:
        return error.diagnostics


@pytest.mark.parametrize(
    "target",
    [
        "../secret.yaml",
        "/etc/passwd",
        "~/x",
        "file:///etc/passwd",
        "http://example.com/x",
        "..",
        ".",
        "a/../secret",
        "sub/net.yaml",
        "C:x",
        "sub\\net.yaml",
        "\\\\host\\share",
    ],
)
def test_paths_are_refused_and_nothing_is_opened(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.yaml").write_text(NET)
    folder = tmp_path / "here"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "net.yaml").write_text(NET)
    path = folder / "net.yaml"
    path.write_text(f"extends: '{target}'\n")
    opened: list[str] = []
    usual = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, *args, **more: opened.append(str(self)) or usual(self, *args, **more)
    )
    (finding,) = findings(path)
    assert finding.code == "extends-outside"
    assert (finding.place.line, finding.place.column) == (1, 10) if finding.place else False
    assert opened == [str(path)]


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(NET)
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "up").symlink_to(tmp_path)
    (folder / "net.yaml").write_text("extends: link\n")
    assert [finding.code for finding in findings(folder / "net.yaml")] == ["extends-outside"]
    (folder / "net.yaml").write_text("extends: up\n")
    assert findings(folder / "net.yaml")[0].code in ("extends-outside", "unreadable")


@pytest.mark.parametrize("name", ["CON", "NUL", "nowhere", "x" * 300, "a\u202eb"])
def test_what_is_not_there_is_said(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"extends: {name}\n", encoding="utf-8")
    (finding,) = findings(path)
    assert finding.code == "unreadable"


def test_circles_and_long_chains_end(tmp_path: Path) -> None:
    for index in range(3):
        (tmp_path / f"n{index}.yaml").write_text(f"extends: n{(index + 1) % 3}\n")
    (finding,) = findings(tmp_path / "n0.yaml")
    assert finding.code == "extends-cycle"
    assert "n0.yaml → n1.yaml → n2.yaml → n0.yaml" in finding.message
    for index in range(100):
        (tmp_path / f"m{index}.yaml").write_text(f"extends: m{index + 1}\n")
    (finding,) = findings(tmp_path / "m0.yaml")
    assert (finding.code, finding.status) == ("too-deep", 2)


def test_a_fault_in_an_extended_file_is_shown_there(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("input: 8x8x3\nlayers:\n  - conv: {filters: 3, kernel: 9}\n")
    (tmp_path / "net.yaml").write_text("extends: base\n")
    (finding,) = findings(tmp_path / "net.yaml")
    assert finding.code == "kernel-too-large"
    assert finding.place is not None
    assert (os.path.basename(finding.place.path), finding.place.line, finding.place.column) == ("base.yaml", 3, 32)
    (tmp_path / "base.yaml").write_bytes(b"input: \xff\n")
    (finding,) = findings(tmp_path / "net.yaml")
    assert finding.code == "encoding"
