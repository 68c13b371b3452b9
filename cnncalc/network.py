"""The facade: what `load` returns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cnncalc.analysis.measured import Measured
from cnncalc.diagnostics import Diagnostic, SpecError
from cnncalc.spec.limits import DEFAULTS, Limits
from cnncalc.spec.load import Loaded, Options, load_spec, load_text
from cnncalc.spec.scalars import Value


class Network(Measured):
    """A network: its graph, its layers, its totals, and what was found wrong with its specification.

    `load` returns only networks without errors; `open_network` returns them in any state.
    """

    def __init__(self, loaded: Loaded) -> None:
        document = loaded.document
        super().__init__(
            loaded.graph,
            document.name or Path(loaded.path).stem,
            description=document.description,
            reference=document.reference,
            diagnostics=loaded.diagnostics,
        )
        self.loaded = loaded

    @property
    def path(self) -> str:
        """Where the specification came from."""
        return self.loaded.path


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
    return Network(load_spec(str(spec), Options(input, define, strict, limits)))


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
    return _checked(Network(load_text(text, options=Options(input, define))))


def _checked(network: Network) -> Network:
    if not network.valid:
        raise SpecError(network.diagnostics)
    return network


def validate(spec: str | Path) -> list[Diagnostic]:
    """All findings about a specification; none of severity `error` means that it is valid."""
    try:
        return open_network(spec).diagnostics
    except SpecError as error:
        return error.diagnostics
