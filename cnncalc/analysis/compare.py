"""Networks side by side: their totals, and what they say of their accuracy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cnncalc.analysis.counts import Totals
from cnncalc.analysis.measured import Measured


@dataclass(frozen=True, slots=True)
class Compared:
    """One network among others.

    Attributes:
        label: its name, and the specification too where several have the same name.
        top5_error: per cent, as its file says; None where it does not.
    """

    spec: str
    label: str
    year: int | None
    top5_error: float | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    totals: Totals

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable form."""
        return {
            "spec": self.spec,
            "name": self.label,
            "year": self.year,
            "top5_error": self.top5_error,
            "inputs": list(self.inputs),
            "outputs": list(self.outputs),
            "totals": self.totals.as_dict(),
        }


def compared(networks: Sequence[tuple[str, Measured]]) -> list[Compared]:
    """Networks by their specifications, side by side in the order given."""
    names = Counter(network.name for _, network in networks)
    return [_compared(spec, network, names[network.name] > 1) for spec, network in networks]


def _compared(spec: str, network: Measured, ambiguous: bool) -> Compared:
    year, error = network.reference.get("year"), network.reference.get("top5_error")
    return Compared(
        spec,
        f"{network.name} ({spec})" if ambiguous else network.name,
        year if isinstance(year, int) else None,
        float(error) if isinstance(error, int | float) else None,
        tuple(volume.text for volume in network.inputs.values()),
        tuple(volume.text if volume else "?" for volume in network.outputs.values()),
        network.totals,
    )


class Point(NamedTuple):
    """One entry of a chart: a network, or context without one (`value` None: shallow, or a person)."""

    label: str
    year: int | None
    error: float | None
    value: int | None


WINNERS = ("alexnet", "zfnet", "vgg19", "googlenet", "resnet152")
"""The networks of the lecture's chart: ILSVRC's classification task from 2012 to 2015."""

BEFORE = (Point("NEC-UIUC", 2010, 28.2, None), Point("XRCE", 2011, 25.8, None))
"""The winning teams before convolutional networks, neither of them deep (Russakovsky et al. 2015, arXiv 1409.0575)."""

PERSON = Point("a person", None, 5.1, None)
"""One trained annotator's error on a sample of the test images (Russakovsky et al. 2015, section 6.4)."""


def points(networks: Sequence[Compared], quantity: str) -> list[Point]:
    """The networks as points of a chart of `depth`, `parameters` or `macs`, by year and falling error."""
    found = [
        Point(network.label, network.year, network.top5_error, getattr(network.totals, quantity))
        for network in networks
    ]
    return sorted(found, key=lambda point: (point.year is None, point.year or 0, -(point.error or 0)))
