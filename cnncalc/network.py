"""The facade: what `load` returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.analysis.budgets import over_budget
from cnncalc.analysis.measured import Measured
from cnncalc.diagnostics import Diagnostic, Place, SpecError
from cnncalc.graph import Graph
from cnncalc.spec.document import Document
from cnncalc.spec.expectations import check_document, read_budget
from cnncalc.spec.limits import DEFAULTS, Limits
from cnncalc.spec.load import Loaded, Options, load_spec, load_text
from cnncalc.spec.scalars import Value

if TYPE_CHECKING:
    from cnncalc.backend.runner import Runner
    from cnncalc.results import Verification


class Network(Measured):
    """A network: its graph, its layers, its totals, and what was found wrong with its specification.

    `load` returns only networks without errors; `open_network` returns them in any state.
    """

    def __init__(self, graph: Graph, name: str, loaded: Loaded | None = None) -> None:
        document = loaded.document if loaded else Document()
        super().__init__(graph, name, description=document.description, reference=document.reference)
        self.loaded = loaded
        if loaded is None:
            return
        if loaded.as_written and document.expect is not None and self.totals.complete:
            counts = {name: getattr(self.totals, name) for name in ("parameters", "macs", "depth")}
            check_document(document, loaded.findings, counts, next(reversed(self.outputs.values()), None))
        budget = read_budget(document, loaded.findings)
        self.diagnostics = loaded.findings.all()
        for quantity, (limit, place) in budget.items():
            self.check_budget(quantity, limit, place)

    @classmethod
    def of(cls, loaded: Loaded) -> Network:
        """The network of a specification."""
        return cls(loaded.graph, loaded.document.name or Path(loaded.path).stem, loaded)

    def check_budget(self, quantity: str, limit: int, place: Place | None = None) -> bool:
        """Whether a quantity (`parameters`, `macs`, `activations`) keeps within a limit; if not, that is an error.

        Args:
            place: where the limit is written; None for one given as an option.
        """
        finding = over_budget(self.graph, self.counts, quantity, limit, place)
        if finding is not None:
            self.diagnostics.append(finding)
        return finding is None

    def verify(
        self,
        *,
        seed: int = 0,
        threads: int | None = None,
        batch: int = 1,
        fast: bool = False,
        memory_limit: int = DEFAULTS.memory,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> Verification:
        """Execute the network in NumPy and compare every layer with its prediction.

        Args:
            seed: of the input and the weights.
            threads: how many at most; by default as many as there are processors, or one where BLAS has threads.
            batch: images at once.
            fast: use Winograd's algorithm, which counts no products and checks one tile per layer instead.
            memory_limit: bytes beyond which the execution is refused before it begins.
            progress: called with layers done, layers in all, and the name of the layer just done.

        Raises:
            ExecutionError: where it cannot be executed; MemoryLimitError where it would need too much memory.
        """
        from cnncalc.backend.verify import verify_graph

        return verify_graph(
            self.graph,
            name=self.name,
            seed=seed,
            threads=threads,
            batch=batch,
            fast=fast,
            memory_limit=memory_limit,
            progress=progress,
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """The summary for notebooks, as text and as an inert HTML table."""
        from cnncalc.render.notebook import summary_html, summary_text

        return {"text/plain": summary_text(self), "text/html": summary_html(self)}


def open_network(
    spec: str | Path,
    *,
    input: str | Mapping[str, str] | None = None,
    define: Mapping[str, Value] | None = None,
    strict: bool = False,
    limits: Limits = DEFAULTS,
) -> Network:
    """A network in whatever state its specification is; `diagnostics` says what is wrong.

    Raises:
        SpecError: where the specification cannot be read at all.
        UsageError: where an option does not go with it.
    """
    return Network.of(load_spec(str(spec), Options(input, define, strict, limits)))


def load(
    spec: str | Path,
    *,
    input: str | Mapping[str, str] | None = None,
    define: Mapping[str, Value] | None = None,
) -> Network:
    """Load an architecture: a path or the name of a bundled one.

    Args:
        spec: `alexnet`, `my/net.yaml`, or `-` for standard input.
        input: another input volume, such as `"299x299x3"`; a mapping by name where there are several inputs.
        define: other values for the file's `define`.

    Raises:
        SpecError: carrying the diagnostics, where the specification is wrong.
        UsageError: where `input` or `define` do not go with it.
    """
    return _checked(open_network(spec, input=input, define=define))


def loads(text: str, *, input: str | None = None, define: Mapping[str, Value] | None = None) -> Network:
    """The same for a specification given as text.

    Raises:
        SpecError: carrying the diagnostics, where the specification is wrong.
    """
    return _checked(Network.of(load_text(text, options=Options(input, define))))


def _checked(network: Network) -> Network:
    if not network.valid:
        raise SpecError(network.diagnostics)
    return network


def verify(network: Network, *, seed: int = 0, threads: int | None = None, fast: bool = False) -> Verification:
    """Execute a network in NumPy and compare every layer's prediction with what happened (see `Network.verify`)."""
    return network.verify(seed=seed, threads=threads, fast=fast)


def prepare(network: Network, *, seed: int = 0, threads: int = 1) -> Runner:
    """A runner: `runner(x)` with x of shape (N, C, H, W), float32, executes the network; `runner.weights` can be set.

    BLAS should be limited to one thread (`OPENBLAS_NUM_THREADS=1` before NumPy is first imported): the command-line
    program does so, a library cannot.
    """
    from cnncalc.backend.runner import prepare as prepare_graph

    return prepare_graph(network.graph, seed=seed, threads=threads)


def validate(spec: str | Path) -> list[Diagnostic]:
    """All findings about a specification; none of severity `error` means that it is valid."""
    try:
        return open_network(spec).diagnostics
    except SpecError as error:
        return error.diagnostics
