"""`verify` from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cnncalc.cli.main import run


def test_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "lenet5"]) == 0
    out = capsys.readouterr().out
    assert "✓ verified LeNet-5: all 13 layers agree" in out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "lenet5-modern", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema_version"] == 1
    assert found["verified"] is True
    for layer in found["layers"]:
        assert layer["ok"]
        assert layer["predicted"]["shape"] == layer["executed"]["shape"]
        assert layer["predicted"]["macs"] == layer["executed"]["macs"]
    assert sum(layer["executed"]["parameters"] for layer in found["layers"]) == 61706
    assert found["peak_bytes"] > 0


def test_refused_before_allocating(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = tmp_path / "huge.yaml"
    spec.write_text("input: 100000x100000x64\nlayers:\n  - conv: 64 3x3\n  - relu\n")
    assert run(["verify", str(spec)]) == 2
    err = capsys.readouterr().err
    assert "limit" in err
    assert "--limit memory=" in err


def test_an_invalid_network_is_not_executed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = tmp_path / "bad.yaml"
    spec.write_text("input: 8x8x3\nlayers:\n  - conv: 4 9x9\n")
    assert run(["verify", str(spec)]) == 1
    assert "kernel-too-large" in capsys.readouterr().err


@pytest.mark.parametrize("kernels", [[], ["--kernels"]])
def test_kernels(capsys: pytest.CaptureFixture[str], kernels: list[str]) -> None:
    assert run(["verify", "lenet5-modern", *kernels]) == 0
    assert ("GFLOP/s" in capsys.readouterr().out) == bool(kernels)


@pytest.mark.parametrize(
    ("args", "numpy"),
    [
        (["--help"], False),
        (["summarize", "alexnet"], False),
        (["validate", "alexnet"], False),
        (["list", "alexnet"], False),
        (["kinds", "conv"], False),
        (["verify", "lenet5", "-q"], True),
    ],
)
def test_only_execution_imports_numpy_and_only_colour_rich(args: list[str], numpy: bool) -> None:
    script = (
        f"import sys; from cnncalc.cli.main import run; run({args!r}); "
        "print('numpy' in sys.modules, 'rich' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.split()[-2:] == [str(numpy), "False"]


def test_json_of_an_invalid_network_says_why(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = tmp_path / "bad.yaml"
    spec.write_text("input: 8x8x3\nlayers:\n  - conv: 4 9x9\n")
    assert run(["verify", str(spec), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verified"] is False
    assert [diagnostic["code"] for diagnostic in found["diagnostics"]] == ["kernel-too-large"]
