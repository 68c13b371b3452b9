"""The NumPy backend beside other runtimes: `python -m tests.benchmarks.backend`.

Ratios come from one run: in every round each candidate is timed in turn, and of each the least disturbed time counts.
onnxruntime, onnx.reference (with `--reference`) and torch take part where they are installed. Every result is also
compared with theirs, so that nothing fast is wrong.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec

THREADS = "OPENBLAS_NUM_THREADS"
os.environ.setdefault(THREADS, "1")  # before NumPy is imported, here and in the processes started from here

import numpy as np  # noqa: E402

import cnncalc  # noqa: E402
from cnncalc.backend.executor import walk  # noqa: E402
from cnncalc.backend.runner import Runner, prepare  # noqa: E402
from cnncalc.graph import Graph, Node, Output, Volume  # noqa: E402
from cnncalc.layers import layer_class  # noqa: E402
from tests.benchmarks import peers  # noqa: E402

NETWORKS = ("alexnet", "vgg16", "resnet50", "mobilenetv2", "densenet121")

LAYERS = {
    "AlexNet conv1 11x11 /4": ("conv", (227, 227), 3, {"filters": 96, "kernel": 11, "stride": 4}),
    "AlexNet conv2 5x5 in 2 groups": ("conv", (27, 27), 96, {"filters": 256, "kernel": 5, "pad": 2, "groups": 2}),
    "VGG 3x3 3→64 @224": ("conv", (224, 224), 3, {"filters": 64, "kernel": 3, "pad": 1}),
    "VGG 3x3 64→64 @224": ("conv", (224, 224), 64, {"filters": 64, "kernel": 3, "pad": 1}),
    "VGG 3x3 128→256 @56": ("conv", (56, 56), 128, {"filters": 256, "kernel": 3, "pad": 1}),
    "VGG 3x3 256→256 @56": ("conv", (56, 56), 256, {"filters": 256, "kernel": 3, "pad": 1}),
    "VGG 3x3 512→512 @28": ("conv", (28, 28), 512, {"filters": 512, "kernel": 3, "pad": 1}),
    "VGG 3x3 512→512 @14": ("conv", (14, 14), 512, {"filters": 512, "kernel": 3, "pad": 1}),
    "ResNet 3x3 64→64 @56": ("conv", (56, 56), 64, {"filters": 64, "kernel": 3, "pad": 1}),
    "ResNet 3x3 128→128 /2 @56": ("conv", (56, 56), 128, {"filters": 128, "kernel": 3, "pad": 1, "stride": 2}),
    "ResNet stem 7x7 /2": ("conv", (224, 224), 3, {"filters": 64, "kernel": 7, "pad": 3, "stride": 2}),
    "1x1 256→64 @56": ("conv", (56, 56), 256, {"filters": 64, "kernel": 1}),
    "1x1 24→144 @56": ("conv", (56, 56), 24, {"filters": 144, "kernel": 1}),
    "1x1 2048→512 @7": ("conv", (7, 7), 2048, {"filters": 512, "kernel": 1}),
    "3x3 dilated 2, 256 @28": ("conv", (28, 28), 256, {"filters": 256, "kernel": 3, "pad": 2, "dilation": 2}),
    "depthwise 3x3 144 @56": ("depthwise", (56, 56), 144, {"kernel": 3, "pad": 1}),
    "depthwise 3x3 /2 144 @56": ("depthwise", (56, 56), 144, {"kernel": 3, "pad": 1, "stride": 2}),
    "depthwise 5x5 144 @56": ("depthwise", (56, 56), 144, {"kernel": 5, "pad": 2}),
    "transposed 4x4 /2 256→128 @14": (
        "transposed_conv", (14, 14), 256, {"filters": 128, "kernel": 4, "stride": 2, "pad": 1},
    ),
    "transposed 2x2 /2 128→64 @56": ("transposed_conv", (56, 56), 128, {"filters": 64, "kernel": 2, "stride": 2}),
    "max pool 3x3 /2 96 @55": ("maxpool", (55, 55), 96, {"kernel": 3, "stride": 2}),
    "max pool 2x2 /2 64 @224": ("maxpool", (224, 224), 64, {"kernel": 2}),
    "average pool 3x3 /2 96 @55": ("avgpool", (55, 55), 96, {"kernel": 3, "stride": 2}),
    "global average pool 2048 @7": ("global_avgpool", (7, 7), 2048, {}),
    "LRN 5 96 @55": ("lrn", (55, 55), 96, {}),
    "batchnorm 256 @56": ("batchnorm", (56, 56), 256, {}),
    "ReLU 256 @56": ("relu", (56, 56), 256, {}),
    "softmax 1000": ("softmax", (1, 1), 1000, {}),
    "fc 25088→4096": ("fc", (7, 7), 512, {"units": 4096}),
}  # fmt: skip

Run = Callable[[], np.ndarray]


@dataclass
class Row:
    """What is timed side by side, in seconds."""

    name: str
    runs: dict[str, Run]
    best: dict[str, float] = field(default_factory=dict)

    def measure(self, rounds: int) -> None:
        """Time every candidate in every round, for about a fifth of a second each, and keep the least."""
        wanted = self.runs["numpy"]().copy()
        for name in self.runs.keys() - {"numpy"}:
            found = self.runs[name]()
            scale = np.abs(wanted).max()
            if not np.abs(found.reshape(wanted.shape) - wanted).max() <= 1e-4 * scale:
                raise ValueError(f"{self.name}: {name} computes something else")
        for _ in range(rounds):
            for name, run in self.runs.items():
                self.best[name] = min(self.best.get(name, np.inf), least(run))

    def cells(self, columns: list[str]) -> list[str]:
        """Milliseconds per candidate, and NumPy's share of the others'."""
        own = self.best["numpy"]
        times = [f"{1e3 * self.best[name]:.2f}" if name in self.best else "" for name in ("numpy", *columns)]
        ratios = [f"{own / self.best[name]:.2f}" if name in self.best else "" for name in columns]
        return [self.name, *times, *ratios]


def least(run: Run) -> float:
    """The least of a few times; quick runs are repeated, slow ones are not."""
    best, spent = np.inf, 0.0
    while spent < 0.2:
        started = time.perf_counter()
        run()
        seconds = time.perf_counter() - started
        best, spent = min(best, seconds), spent + seconds
    return best


def single(kind: str, extents: tuple[int, int], channels: int, hyper: dict[str, object]) -> Graph:
    """A network of one layer."""
    source = Volume(channels, extents)
    layer = layer_class(kind).make(2, **hyper)
    nodes = (
        Node(0, "input", "input", None, (), source),
        Node(1, kind, kind, layer, (0,), layer.output([source]), layer.weights([source])),
    )
    return Graph(nodes, (Output(kind, 1),))


def channels_last(runner: Runner, x: np.ndarray) -> Run:
    """A network's run from and to the kernels' own layout: a single layer would else pay for two rearrangements."""
    values = runner._inputs(x)
    output = runner._graph.outputs[-1].node

    def run() -> np.ndarray:
        found = dict(values)
        with np.errstate(all="ignore"):
            for _ in walk(runner._plan, found, runner._work):
                pass
        return np.moveaxis(found[output], -1, 1)

    return run


def candidates(graph: Graph, threads: int, reference: bool) -> dict[str, Run]:
    """The same network, with the same weights, in everything that is installed; a single layer in its own layout."""
    runner = prepare(graph, threads=threads)
    source = graph.inputs[0]
    x = np.random.default_rng(0).standard_normal((1, *source.volume.shape)).astype(np.float32)
    alone = len(graph.layers) == 1
    runs: dict[str, Run] = {"numpy": channels_last(runner, x) if alone else lambda: last(runner(x))}
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(
            peers.onnx_bytes(graph, runner.weights), options, providers=["CPUExecutionProvider"]
        )
        runs["onnxruntime"] = lambda: session.run(None, {source.name: x})[0]
    except ImportError:
        pass
    try:
        import torch

        torch.set_num_threads(threads)
        network = peers.TorchNetwork(graph, runner.weights)
        runs["torch"] = lambda: network(x)
    except ImportError:
        pass
    if reference:
        import onnx
        from onnx.reference import ReferenceEvaluator

        evaluator = ReferenceEvaluator(onnx.load_from_string(peers.onnx_bytes(graph, runner.weights)))
        runs["onnx.reference"] = lambda: evaluator.run(None, {source.name: x})[0]
    return runs


def last(result: np.ndarray | dict[str, np.ndarray]) -> np.ndarray:
    """The network's last output."""
    return list(result.values())[-1] if isinstance(result, dict) else result


def product_speed() -> float:
    """GFLOP/s of this machine's own product of two 2048 x 2048 matrices."""
    a, b = (np.random.default_rng(seed).random((2048, 2048), np.float32) for seed in (0, 1))
    out = np.empty_like(a)
    return 2 * 2048**3 / least(lambda: np.matmul(a, b, out=out)) / 1e9


def table(heading: str, rows: list[list[str]], columns: list[str]) -> None:
    """Print a Markdown table."""
    head = [heading, "NumPy ms", *(f"{name} ms" for name in columns), *(f"/ {name}" for name in columns)]
    print("|", " | ".join(head), "|")
    print("|", " | ".join(["---", *["---:"] * (len(head) - 1)]), "|")
    for row in rows:
        print("|", " | ".join(row), "|", flush=True)
    print()


LAUNCHER = """
import os, sys, time
started = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,
                       file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - started, usage.ru_maxrss / 1024)
sys.exit(status != 0)
"""


def process(*command: str) -> tuple[float, float]:
    """Seconds and MiB of a whole Python process, started from a small one, whose size a child would begin with.

    Raises:
        subprocess.CalledProcessError: if it fails.
    """
    launched = [sys.executable, "-S", "-c", LAUNCHER, sys.executable, *command]
    done = subprocess.run(launched, stdout=subprocess.PIPE, check=True, text=True)
    seconds, mebibytes = done.stdout.split()
    return float(seconds), float(mebibytes)


def once(names: list[str], rounds: int) -> None:
    """Verification as a whole process, beside a torch script that runs the layers and reads their shapes."""
    print("| verify, whole process | seconds | MiB | torch seconds | torch MiB | time / torch |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in names:
        own, other = [], []
        for _ in range(rounds):
            own.append(process("-m", "cnncalc", "verify", name))
            if find_spec("torch"):
                other.append(process("-m", "tests.benchmarks.torch_once", name))
        cells = [f"{min(own)[0]:.2f}", f"{max(mib for _, mib in own):.0f}"]
        if other:
            ratio = min(own)[0] / min(other)[0]
            cells += [f"{min(other)[0]:.2f}", f"{max(mib for _, mib in other):.0f}", f"{ratio:.2f}"]
        print("|", " | ".join([name, *cells]), "|", flush=True)
    print()


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["layers", "networks", "once"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--reference", action="store_true", help="also onnx.reference, which takes long")
    options = parser.parse_args()
    print(f"2048-cubed product: {product_speed():.0f} GFLOP/s on one thread\n")
    jobs = {
        "layers": [(name, single(*what)) for name, what in LAYERS.items()],
        "networks": [(name, cnncalc.load(name).graph) for name in NETWORKS],
    }
    for part in options.parts:
        if part == "once":
            once([*NETWORKS, "resnet152"], options.rounds)
            continue
        rows: list[Row] = []
        for name, graph in jobs[part]:
            rows.append(Row(name, candidates(graph, options.threads, options.reference)))
            rows[-1].measure(options.rounds)
            rows[-1].runs.clear()
        columns = [name for name in ("onnxruntime", "torch", "onnx.reference") if name in rows[0].best]
        table(f"{part}, {options.threads} thread(s)", [row.cells(columns) for row in rows], columns)


if __name__ == "__main__":
    main()
