"""The program under faults: pipes, disks, permissions, interrupts, poor terminals, hostile names."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnncalc.cli.main import run

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
FEW = ("013-second-colon", "017-alias-bomb", "060-kernel-too-large", "121-in-a-block", "166-hostile-names")
MEMORY = 300 * 10**6
SECONDS = 60
"""Generous: the machine may be busy. What is tested is that there is an end."""

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full and limits are Linux's")


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 * 10**9, 2 * 10**9))
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))


def program(
    *args: str, pure: bool = False, python: tuple[str, ...] = (), **kwargs: object
) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own, with limits on time and memory."""
    hide = "import yaml; yaml.__with_libyaml__ = False; " if pure else ""
    start = f"{hide}from cnncalc.cli.main import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **kwargs.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(
        [sys.executable, *python, "-c", start, *args],
        capture_output="stdout" not in kwargs,
        timeout=SECONDS,
        env=environment,
        preexec_fn=_limits,
        check=False,
        **kwargs,  # type: ignore[call-overload]
    )


def inert(data: bytes) -> bool:
    """Whether a stream holds nothing that a terminal acts on: no control but the line end, no C1, no traceback."""
    text = data.decode("utf-8")
    controls = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or 0x202A <= ord(c) <= 0x202E]
    return not controls and "Traceback" not in text


@linux
@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
@pytest.mark.parametrize("name", FEW)
def test_bad_files_in_a_process_of_their_own(name: str, pure: bool) -> None:
    path = next(CORPUS.glob(f"*/{name}.yaml"))
    for format_ in ("text", "json"):
        done = program("validate", str(path), "--format", format_, pure=pure)
        assert done.returncode == (0 if path.parent.name == "warned" else 1)
        assert inert(done.stdout)
        assert inert(done.stderr)


@linux
def test_memory_stays_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text("input: 32x32x8\nlayers:\n" + "  - conv: {filters: 8, kernel: 3, pad: 1}\n  - tanh\n" * 10_000)
    script = (
        "import sys; from cnncalc.cli.main import run; status = run(sys.argv[1:]); "
        # The high-water mark of this program alone; what getrusage says includes the process it was forked from.
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0], file=sys.stderr); sys.exit(status)"
    )
    for command in ("validate", "summarize"):
        done = subprocess.run(
            [sys.executable, "-c", script, command, str(path)],
            capture_output=True,
            timeout=SECONDS,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
        )
        assert int(done.stderr.split()[-1]) * 1024 < MEMORY


# Names


HOSTILE = [
    "[red]x[/red]",
    "[/x]",
    "[link=https://example.com]x[/link]",
    ":boom:",
    "\x1b[2J\x1b]0;pwn\x07",
    "\x1b]8;;https://example.com\x07x",
    "\x9b31m",
    "a\nb\tc\rd",
    "\u202eabc\u2066",
    "a\u200bb",
    "\ufeffx",
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "</td><script>alert(1)</script>",
    '" onmouseover="x',
    "a|b`c<!--",
    "\\textbf{x}$&%#_",
    "::error::pwn",
    "a%0A::error::pwn",
    "::set-output name=x::y",
]


def spec_with(name: str, folder: Path) -> str:
    """A file whose name, layer and note hold a hostile text, and which has a finding that says the name."""
    path = folder / "net.yaml"
    said = json.dumps(name)
    path.write_text(
        f"name: {said}\ninput: 32x32x3\nlayers:\n"
        f"  - {{conv: {{filters: 8, kernel: 3, stride: 2}}, name: {said}, note: {said}}}\n"
        f"  - {{relu: , name: {json.dumps(name + 'x')}, expect: 3x3x3}}\n",
        encoding="utf-8",
    )
    return str(path)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    "command",
    [
        ("summarize", "--format", "table"),
        ("summarize", "--format", "json"),
        ("summarize", "--format", "csv"),
        ("summarize", "--format", "markdown"),
        ("summarize", "--format", "latex"),
        ("validate", "--format", "text"),
        ("validate", "--format", "concise"),
        ("validate", "--format", "json"),
        ("validate", "--format", "github"),
        ("validate", "--format", "sarif"),
        ("explain",),
    ],
    ids=" ".join,
)
def test_names_are_inert(
    name: str,
    command: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = spec_with(name, tmp_path)
    first, *options = command
    for colour in ("0", "1"):
        monkeypatch.setenv("FORCE_COLOR", colour)
        assert run([first, path, *options]) == 1
        out, err = capsys.readouterr()
        own = "\x1b" if colour == "1" else ""
        for text in (out, err):
            left = text if not own else _without_colour(text)
            assert inert(left.encode()), (command, name)
        if command[-1] == "json":
            json.loads(out)
        if command[-1] == "github":
            assert all(line.startswith(("::error file=", "::warning file=")) for line in out.splitlines())


def _without_colour(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_spreadsheets_run_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("=HYPERLINK(1)", "+1", "-1", "@x"):
        run(["summarize", spec_with(name, tmp_path), "--format", "csv"])
        rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
        assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_names_change_no_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    totals = set()
    for name in HOSTILE:
        run(["summarize", spec_with(name, tmp_path), "--format", "json"])
        totals.add(json.dumps(json.loads(capsys.readouterr().out)["totals"]))
    assert len(totals) == 1


# Faults around the program


@linux
def test_a_full_disk_is_said() -> None:
    with open("/dev/full", "w") as full:
        done = program("summarize", "alexnet", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert inert(done.stderr)


@linux
def test_a_closed_pipe_ends_quietly() -> None:
    for command in (["summarize", "resnet152"], ["validate", "alexnet"], ["rule"], ["list"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = program(*command, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        assert (done.returncode, done.stderr) == (141, b""), command


@linux
def test_closed_streams() -> None:
    command = f"{sys.executable} -m cnncalc validate alexnet"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for closed in (">&-", "2>&-", "<&-", ">&- 2>&-"):
        done = subprocess.run(f"{command} {closed}", shell=True, capture_output=True, env=environment, check=False)
        assert done.returncode in (0, 2)
        assert inert(done.stdout)
        assert inert(done.stderr)


@linux
@pytest.mark.parametrize("delay", [0.02, 0.1, 0.3, 0.6])
def test_an_interrupt_at_any_moment(delay: float, tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text("input: 32x32x8\nlayers:\n" + "  - conv: {filters: 8, kernel: 3, pad: 1}\n  - tanh\n" * 30_000)
    target = tmp_path / "out.json"
    with subprocess.Popen(
        [sys.executable, "-m", "cnncalc", "summarize", str(path), "--format", "json", "-o", str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    # Before the program's own first line an interrupt is the interpreter's to report.
    started = b"cnncalc/cli/main.py" not in err and b"runpy" not in err
    assert process.returncode in (0, 130) or (not started and process.returncode in (1, -2))
    if started:
        assert inert(err)
    assert process.returncode == 0 or not target.exists()
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []


def test_unreadable_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / "nowhere.yaml")
    denied = tmp_path / "denied.yaml"
    denied.write_text("input: 8x8x3\n")
    denied.chmod(0)
    names = [
        str(tmp_path),
        str(tmp_path / "no\x1b[2J\nsuch.yaml"),
        str(link),
        "a\0b",
        "../x",
        "alexnet\x00",
        "x" * 5000,
    ]
    names += [str(denied)] if os.geteuid() else []
    for name in names:
        for command in ("validate", "summarize"):
            assert run([command, name]) == 2
            out, err = capsys.readouterr()
            assert inert((out + err).encode("utf-8", "surrogateescape"))


@linux
def test_endless_files_are_read_up_to_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "/dev/zero"]) == 2
    assert "limit `bytes`" in capsys.readouterr().out


def test_a_terminal_that_knows_only_ascii() -> None:
    for encoding in ("ascii", "latin-1", "cp1252"):
        done = program("summarize", "googlenet", env={"PYTHONIOENCODING": encoding, "LANG": "C", "LC_ALL": "C"})
        assert done.returncode == 0
        assert done.stdout.decode(encoding)
        json.loads(program("summarize", "alexnet", "--format", "json", env={"PYTHONIOENCODING": encoding}).stdout)


@pytest.mark.parametrize("width", ["20", "40", "0", "abc", "-3", "99999999999999999999"])
def test_odd_widths_shorten_no_number(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert run(["summarize", "alexnet"]) == 0
    assert "62,378,344" in capsys.readouterr().out
    assert run(["validate", str(CORPUS / "invalid" / "060-kernel-too-large.yaml")]) == 1
    assert "kernel-too-large" in capsys.readouterr().out


def test_colour_is_a_matter_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(CORPUS / "invalid" / "060-kernel-too-large.yaml")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(["validate", path])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    run(["validate", path])
    assert "\x1b[" not in capsys.readouterr().out


def test_what_exists_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("input: 8x8x3\nlayers: [relu]\n")
    out = tmp_path / "out.json"
    assert run(["summarize", str(spec), "--format", "json", "-o", str(out)]) == 0
    assert run(["summarize", str(spec), "--format", "json", "-o", str(out)]) == 2
    assert run(["summarize", str(spec), "--format", "json", "-o", str(out), "--force"]) == 0
    assert run(["summarize", str(spec), "-o", str(spec), "--force"]) == 2
    assert run(["summarize", str(spec), "-o", str(tmp_path)]) == 2
    assert run(["summarize", str(spec), "-o", str(tmp_path / "no" / "such" / "folder")]) == 2
    assert spec.read_text() == "input: 8x8x3\nlayers: [relu]\n"
    assert sorted(os.listdir(tmp_path)) == ["net.yaml", "out.json"]
    assert inert(capsys.readouterr().err.encode())


def test_optimised_and_with_warnings_as_errors() -> None:
    for python in (("-O",), ("-OO",), ("-W", "error")):
        done = program("validate", "alexnet", str(CORPUS / "invalid" / "060-kernel-too-large.yaml"), python=python)
        assert done.returncode == 1
        assert done.stderr == b""


def test_a_file_that_vanishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("input: 8x8x3\nlayers: [relu]\n")
    monkeypatch.setattr(Path, "open", _vanishing)
    assert run(["summarize", str(path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def _vanishing(path: Path, *args: object, **kwargs: object) -> None:
    raise FileNotFoundError(2, "No such file or directory", str(path))


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = str(CORPUS / "invalid" / "060-kernel-too-large.yaml")
    limited = str(CORPUS / "invalid" / "104-repeat-huge.yaml")
    warned = str(CORPUS / "warned" / "132-floor-warning.yaml")
    assert run(["validate", "alexnet"]) == 0
    assert run(["validate", wrong]) == 1
    assert run(["validate", wrong, limited, "alexnet"]) == 2
    assert run(["validate", warned]) == 0
    assert run(["validate", warned, "--strict"]) == 1
    assert run(["validate"]) == 2
    assert run(["validate", "alexnet", "--max-parameters", "5M"]) == 1
    assert run(["validate", "alexnet", "--max-parameters", "62.4M", "--max-macs", "1.2G"]) == 0
    assert run(["validate", "alexnet", "--max-parameters", "many"]) == 2
    assert run(["validate", "alexnet", "--limit", "layers=3"]) == 2
    assert run(["nonsense"]) == 2
    assert run(["--nonsense"]) == 2
    capsys.readouterr()


def test_a_budget_names_the_heaviest_layers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "alexnet", "--max-parameters", "5M", "--format", "json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["files"][0]["diagnostics"]
    assert finding["code"] == "budget"
    assert "62,378,344 - 5,000,000 = 57,378,344" in finding["notes"][0]
    assert [name for name in ("FC6", "FC7", "FC8") if name in finding["notes"][1]] == ["FC6", "FC7", "FC8"]


def test_a_summary_stops_at_the_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: 8x8x3\nlayers:\n  - conv: 4 3x3\n  - {conv: 4 9x9, name: wrong}\n  - {relu: , name: after}\n"
    )
    assert run(["summarize", str(path), "--format", "json"]) == 1
    out, err = capsys.readouterr()
    layers = json.loads(out)["layers"]
    assert [layer["volume"] for layer in layers] == ["6x6x4", None, None]
    assert json.loads(out)["totals"]["parameters"] == {"partial": 112, "missing": ["wrong", "after"]}
    assert "kernel-too-large" in err


def test_sarif_has_the_form_that_scanners_read(capsys: pytest.CaptureFixture[str]) -> None:
    run(["validate", str(CORPUS / "invalid" / "060-kernel-too-large.yaml"), "--format", "sarif"])
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    (scan,) = log["runs"]
    rules = [rule["id"] for rule in scan["tool"]["driver"]["rules"]]
    for result in scan["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
    assert any("fixes" in result for result in scan["results"])
