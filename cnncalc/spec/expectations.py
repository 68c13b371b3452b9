"""What a file says of itself, compared with what came out: `expect` of items and of the whole, `budget`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Mapping_

from cnncalc.derivation import Derivation, number
from cnncalc.diagnostics import Place
from cnncalc.graph import Node, Volume
from cnncalc.layers.fitting import ways_to
from cnncalc.spec import scalars
from cnncalc.spec.arguments import report_unknown
from cnncalc.spec.context import Context
from cnncalc.spec.document import Document
from cnncalc.spec.findings import Findings
from cnncalc.spec.infer import Inference
from cnncalc.spec.items import Item
from cnncalc.spec.tree import Mapping, Scalar, Tree, extent, kind_of

_FIGURE = re.compile(r"([0-9]+)(?:\.([0-9]+))?\s*([KMGTB]?)\Z", re.IGNORECASE)
_SCALE = {"": 0, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12}

TextOf = Callable[[Tree | None, int | None, Context], str | None]


class Figure:
    """A published figure: an integer holds to the unit, a rounded one (`1.14G`, `61M`) to the digits given."""

    def __init__(self, text: str) -> None:
        match = _FIGURE.match(text.strip().replace(",", ""))
        if not match or len(text) > 40:
            raise ValueError(text)
        digits, places, suffix = match[1] + (match[2] or ""), len(match[2] or ""), match[3].upper()
        exponent = _SCALE[suffix] - places
        if exponent < 0:
            raise ValueError(text)
        self.text = text
        self.unit: int = 10**exponent
        self.value = int(digits) * self.unit
        self.exact = not suffix and not places

    def admits(self, value: int) -> bool:
        """Whether an exact count rounds to the figure."""
        distance: int = abs(value - self.value)
        return distance == 0 if self.exact else 2 * distance <= self.unit


def same_volume(expected: Volume, volume: Volume) -> bool:
    """Equal; a flat N and 1x1xN are the same."""
    if expected == volume:
        return True
    flat = [v for v in (expected, volume) if v.positions == 1]
    return len(flat) == 2 and expected.channels == volume.channels and () in (expected.spatial, volume.spatial)


def macs_of(nodes: Sequence[Node], node: Node) -> int:
    """A node's multiply–accumulates; 0 where it is unknown."""
    volumes = tuple(nodes[index].volume for index in node.inputs)
    if node.layer is None or node.volume is None or None in volumes:
        return 0
    return node.layer.macs(volumes, node.volume)  # type: ignore[arg-type]


class Expectations:
    """Checks the `expect` of items as they are expanded."""

    def __init__(self, inference: Inference, findings: Findings, text_of: TextOf, active: bool) -> None:
        self.inference = inference
        self.findings = findings
        self.text_of = text_of
        self.active = active

    def check(self, item: Item, first: int, start: int | None, end: int | None, context: Context) -> None:
        """Compare an item's `expect` with the nodes it made (from `first` on) and the volume at its end.

        In its formulas `input` is the volume that arrived (from `start`), as everywhere.
        """
        expected = item.expect
        if isinstance(expected, Scalar):
            self._volume(expected, start, end, context)
        elif isinstance(expected, Mapping):
            made = self.inference.nodes[first:]
            for name, (key, tree) in expected.entries.items():
                if name == "volume":
                    self._volume(tree, start, end, context)
                elif name in ("parameters", "macs"):
                    if all(node.volume is not None for node in made):
                        self._count(name, tree, made, start, context)
                else:
                    known = ("volume", "parameters", "macs")
                    report_unknown(self.findings, [key], "`expect` has no key", known, f"it has {', '.join(known)}")
        elif expected is not None:
            self.findings.add(
                "bad-shape", f"`expect` takes a volume, and {kind_of(expected)} stands here", extent(expected)
            )

    def _volume(self, tree: Tree, start: int | None, end: int | None, context: Context) -> None:
        text = self.text_of(tree, start, context)
        if text is None:
            return
        try:
            expected = scalars.read_volume(text)
        except scalars.ScalarError as error:
            self.findings.add(error.code, f"`expect`: {error.message}", tree.at, help=error.help)
            return
        volume = self.inference.volume(end)
        if self.active and volume is not None and not same_volume(expected, volume):
            producer = self.inference.nodes[end] if end is not None else None
            name = producer.name if producer else None
            made = self.inference.sources[end] if end is not None and producer else None
            self.findings.add(
                "expect",
                f"{expected} is expected here, and {volume} comes out",
                tree.at,
                layer=name,
                notes=self._derived(producer),
                help=self._would_give(producer, expected),
                related=((made, f"`{name}` gives {volume}"),) if made is not None else (),
                frames=context.frames,
            )

    def _derived(self, node: Node | None) -> tuple[str, ...]:
        """How the volume came about, with the numbers put in."""
        inputs = self._inputs(node)
        if node is None or node.layer is None or inputs is None:
            return ()
        work = Derivation()
        node.layer.output(inputs, work)
        return tuple(step.text for step in work.steps)

    def _would_give(self, node: Node | None, expected: Volume) -> str | None:
        """The padding or stride with which a window layer would give the extents expected."""
        inputs = self._inputs(node)
        layer = node.layer if node is not None else None
        rules = getattr(layer, "rules", None)
        if layer is None or rules is None or layer.kind == "transposed_conv":
            return None
        if inputs is None or len(inputs[0].spatial) != len(expected.spatial):
            return None
        names = {"pad", "stride", "kernel"} & layer.fields.keys()
        if isinstance(getattr(layer, "pad", None), str) or getattr(layer, "stride", None) == getattr(
            layer, "kernel", None
        ):
            names.discard("kernel")  # the padding, or the stride, may follow it
        if getattr(layer, "pad", None) == "same":
            names.discard("stride")  # and here the padding follows the stride
        options = ways_to(rules(inputs), expected.spatial, names)
        return f"what gives {'x'.join(map(str, expected.spatial))}: {'; '.join(options)}" if options else None

    def _inputs(self, node: Node | None) -> tuple[Volume, ...] | None:
        volumes = [self.inference.nodes[index].volume for index in node.inputs] if node is not None else []
        known = tuple(volume for volume in volumes if volume is not None)
        return known if known and len(known) == len(volumes) else None

    def _count(self, name: str, tree: Tree, made: Sequence[Node], start: int | None, context: Context) -> None:
        text = self.text_of(tree, start, context)
        if text is None:
            return
        nodes = self.inference.nodes
        total = sum(node.parameters if name == "parameters" else macs_of(nodes, node) for node in made)
        compare(self.findings, name, text, tree, total, self.active)


def compare(findings: Findings, name: str, text: str, tree: Tree, value: int, active: bool = True) -> None:
    """Report a figure that does not hold, or that is none."""
    try:
        figure = Figure(text)
    except ValueError:
        findings.add(
            "not-a-figure",
            f"a whole number or a rounded figure such as 1.14G is wanted, and `{text[:40]}` is neither",
            tree.at,
        )
        return
    if active and not figure.admits(value):
        about = "" if figure.exact else f" (which does not round to {text})"
        words = "multiply–accumulates" if name == "macs" else name
        told = f"{text} {words} are expected, and there are {number(value)}{about}"
        if name == "depth":
            told = f"a depth of {text} is expected, and it is {number(value)}{about}"
        findings.add("expect", told, tree.at)


def check_document(document: Document, findings: Findings, counts: Mapping_[str, int], output: Volume | None) -> None:
    """Compare a file's own `expect` with what came out.

    Args:
        counts: the totals by key: `parameters`, `macs`, `depth`.
        output: the volume at the chain's end.
    """
    entries = document.expect.entries if document.expect is not None else {}
    for name, (key, tree) in entries.items():
        if not isinstance(tree, Scalar) or tree.empty:
            findings.add("not-a-figure", f"`{name}` takes a figure, and {kind_of(tree)} stands here", key.at)
        elif name == "output":
            _check_output(findings, tree, output)
        elif name in counts:
            compare(findings, name, tree.text, tree, counts[name])


def _check_output(findings: Findings, tree: Scalar, output: Volume | None) -> None:
    try:
        expected = scalars.read_volume(tree.text, tree.plain)
    except scalars.ScalarError as error:
        findings.add(error.code, f"`output`: {error.message}", tree.at, help=error.help)
        return
    if output is not None and not same_volume(expected, output):
        findings.add(
            "expect",
            f"{expected} is expected as output, and {output} comes out",
            tree.at,
        )


def read_budget(document: Document, findings: Findings) -> dict[str, tuple[int, Place]]:
    """The limits under `budget` and where they stand; what is no figure is reported."""
    limits = {}
    for name, (key, tree) in (document.budget.entries if document.budget is not None else {}).items():
        if name not in ("parameters", "macs", "activations"):
            continue  # an unknown key, reported when the document was read
        try:
            limits[name] = (
                Figure(tree.text if isinstance(tree, Scalar) else "").value,
                findings.sources.place(tree.at),
            )
        except ValueError:
            message = f"`{name}` takes a limit such as 5000, 5M or 1.2G, and {kind_of(tree)} stands here"
            findings.add("not-a-figure", message, key.at)
    return limits
