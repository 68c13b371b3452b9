"""The built wheel, installed into an empty environment and used from another folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT, cwd=folder)
    (built,) = folder.glob("cnncalc-*.whl")
    return built


def test_the_wheel_holds_all_it_needs(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    bundled = {path.name for path in (ROOT / "architectures").glob("*.yaml")}
    assert {Path(name).name for name in names if name.startswith("cnncalc/architectures/")} >= bundled
    assert "cnncalc/py.typed" in names
    assert not any(name.startswith("tests/") for name in names)


def test_it_works_where_only_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=tmp_path)
    installed = run(python, "-m", "pip", "list", "--format=freeze", cwd=tmp_path).lower()
    names = {line.partition("==")[0] for line in installed.split()}
    assert names - {"pip", "setuptools"} <= {
        "cnncalc",
        "click",
        "numpy",
        "pyyaml",
        "rich",
        "markdown-it-py",
        "mdurl",
        "pygments",
        "colorama",
    }
    program = environment / "bin" / "cnncalc"
    assert "62,378,344" in run(program, "summarize", "alexnet", cwd=tmp_path)
    assert "✓ verified" in run(program, "verify", "lenet5", cwd=tmp_path)
    assert "cnncalc 0." in run(python, "-m", "cnncalc", "--version", cwd=tmp_path)
    script = "import cnncalc; print(cnncalc.load('vgg16').totals.parameters)"
    assert run(python, "-c", script, cwd=tmp_path).strip() == "138357544"
