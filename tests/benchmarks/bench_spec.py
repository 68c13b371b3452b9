"""What reading, analysing and printing long specifications costs: `python tests/benchmarks/bench_spec.py [--quick]`.

In process by number of layers, as a whole process for 2,000 layers, and for every hostile input of the corpus. Times
are processor seconds, the best of a few runs; a last column shows microseconds per layer, which stay level.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "corpus")]

from hostile import CASES  # noqa: E402

from cnncalc.diagnostics import SpecError  # noqa: E402
from cnncalc.network import Network  # noqa: E402
from cnncalc.render import summary, table  # noqa: E402
from cnncalc.spec.files import Found  # noqa: E402
from cnncalc.spec.limits import Limits  # noqa: E402
from cnncalc.spec.load import Options, load_found, load_text  # noqa: E402

LIMITS = Limits(layers=1_000_000)


def flat(layers: int) -> str:
    """A file that writes every layer out."""
    return "input: 32x32x8\nlayers:\n" + "  - conv: {filters: 8, kernel: 3, pad: 1}\n  - relu\n" * (layers // 2)


def folded(layers: int) -> str:
    """The same network by a block and a loop."""
    return (
        "input: 32x32x8\nblocks:\n  unit: {parameters: {width: }, layers: [conv: {filters: =width, kernel: 3, pad: half},"
        f" relu]}}\nlayers:\n  - repeat: {layers // 2}\n    layers: [unit: [8]]\n"
    )


def clocked(text: str) -> tuple[float, float, float]:
    """Seconds to load and total, to write JSON, to write the plain table."""
    view = summary.View((), None, 1, "float32", [])
    start = time.process_time()
    network = Network.of(load_text(text, options=Options(limits=LIMITS)))
    _ = network.totals
    loaded = time.process_time()
    summary.summary_json(network, view)
    dumped = time.process_time()
    for _ in table.text_lines(summary.summary_table(network, view), None):
        pass
    return loaded - start, dumped - loaded, time.process_time() - dumped


def lengths(quick: bool) -> None:
    """Cost by the number of layers."""
    print(f"{'layers':>8} {'form':8} {'load':>7} {'json':>7} {'table':>7} {'µs per layer, load and json':>28}")
    for layers in (1_000, 10_000) if quick else (1_000, 10_000, 100_000):
        for form, made in (("flat", flat(layers)), ("folded", folded(layers))):
            runs = [clocked(made) for _ in range(1 if quick or layers > 10_000 else 3)]
            load, dump, plain = (min(column) for column in zip(*runs, strict=True))
            each = (load + dump) / layers * 10**6
            print(f"{layers:8,} {form:8} {load:7.3f} {dump:7.3f} {plain:7.3f} {each:28.1f}")


def processes() -> None:
    """A whole process over 2,000 layers: wall-clock seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.yaml"
        path.write_text(flat(2_000))
        for command in (["validate"], ["summarize", "--format", "json"], ["summarize"]):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "cnncalc", command[0], str(path), *command[1:]],
                stdout=subprocess.DEVNULL,
                check=True,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )
            print(f"{' '.join(command):26} 2,000 layers: {time.perf_counter() - start:.3f} s")


def hostile() -> None:
    """The hostile inputs, the slowest first."""
    found = []
    for case in CASES:
        start = time.process_time()
        with suppress(SpecError):
            _ = Network.of(load_found(Found("net.yaml", case.data, None, False))).totals
        found.append((time.process_time() - start, case.name))
    for seconds, name in sorted(found, reverse=True)[:10]:
        print(f"{seconds:7.3f} s  {name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="skip the longest")
    arguments = parser.parse_args()
    lengths(arguments.quick)
    processes()
    hostile()
