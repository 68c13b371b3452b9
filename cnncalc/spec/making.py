"""Items to layers: hyperparameters are read, their formulas worked out, and the second inputs found."""

from __future__ import annotations

from cnncalc.layers.base import Layer, LayerError
from cnncalc.spec.arguments import Arguments, Readings, references
from cnncalc.spec.context import Context
from cnncalc.spec.evaluate import Evaluator
from cnncalc.spec.findings import Findings
from cnncalc.spec.infer import Inference
from cnncalc.spec.items import Item
from cnncalc.spec.naming import Naming
from cnncalc.spec.operations import UnknownInput
from cnncalc.spec.values import ValueFault


class Making:
    """Makes the layers of one expansion."""

    def __init__(self, values: Evaluator, naming: Naming, inference: Inference, findings: Findings) -> None:
        self.values = values
        self.naming = naming
        self.inference = inference
        self.findings = findings
        self.readings = Readings()

    def arguments(self, item: Item) -> Arguments:
        """What stands behind the item's kind, read once."""
        if item.arguments is None:
            item.arguments = Arguments(item, self.findings, self.readings)
        assert isinstance(item.arguments, Arguments)
        return item.arguments

    def layer(self, arguments: Arguments, cursor: int, context: Context) -> tuple[Layer | None, tuple[int, ...]]:
        """The layer and the nodes that it reads; no layer where something is wrong, which is reported."""
        volume = self.inference.volume(cursor)
        if volume is None:
            if arguments.good and arguments.dynamic:
                self._try_formulas(arguments, cursor, context)
            return None, (cursor,)
        layer = self._make(arguments, len(volume.spatial), cursor, context) if arguments.good else None
        if layer is None:
            return None, (cursor,)
        inputs = self._inputs(layer, arguments, cursor, context)
        found = tuple(index for index in inputs if index is not None)
        if arguments.seen_depth not in (None, volume.channels):
            self._wrong_depth(arguments, volume.channels, cursor, context)
            return None, found
        return (layer if len(found) == len(inputs) else None), found

    def _make(self, arguments: Arguments, axes: int, cursor: int, context: Context) -> Layer | None:
        try:
            return arguments.layer(axes, lambda scalar: self.values.value(scalar, cursor, context))
        except ValueFault as fault:
            self.values.fault(fault, context)
        except LayerError as error:
            for problem in error.problems:
                self.findings.add(
                    problem.code,
                    problem.message,
                    arguments.place(problem.field),
                    help=problem.help,
                    related=self.inference.blamed(problem, (cursor,)),
                    frames=context.frames,
                )
        except UnknownInput:
            pass
        return None

    def _try_formulas(self, arguments: Arguments, cursor: int, context: Context) -> None:
        """The arriving volume is unknown: formulas that do not ask for it are still checked."""
        try:
            arguments.layer(0, lambda scalar: self.values.value(scalar, cursor, context))
        except ValueFault as fault:
            self.values.fault(fault, context)
        except (UnknownInput, LayerError):
            pass

    def _inputs(self, layer: Layer, arguments: Arguments, cursor: int, context: Context) -> list[int | None]:
        """The input, and what a field such as `like` names; None where that cannot be found."""
        inputs: list[int | None] = [cursor]
        for name in references(arguments.cls.kind):
            target = getattr(layer, name)
            if target is not None:
                tree = arguments.places[name]
                inputs.append(self.naming.resolve(tree, target, context) if not isinstance(tree, int) else None)
        return inputs

    def _wrong_depth(self, arguments: Arguments, depth: int, cursor: int, context: Context) -> None:
        self.findings.add(
            "wrong-depth",
            f"the filters are said to be {arguments.seen_depth} deep, and the volume here is {depth} deep",
            arguments.place("kernel"),
            help=f"a filter always spans the full depth: write {depth}, or leave it out",
            related=((self.inference.sources[cursor], f"gives {self.inference.volume(cursor)}"),),
            frames=context.frames,
        )
