"""Questions about a bundled network, as it is, or fed and built otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnncalc.analysis.measured import LayerView, Measured
from cnncalc.graph import Node, Volume
from cnncalc.layers.base import Layer
from cnncalc.questions import quantities, solve
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import Stage, run
from cnncalc.questions.network_quantities import About, stage_of
from cnncalc.questions.networks import Subject, changed, find_layers, last_axis_dense, with_values
from cnncalc.questions.quantities import Asked
from cnncalc.questions.setups import Known, Reading, Said
from cnncalc.results import Answer


def answer(reading: Reading, subject: Subject, network: Measured) -> list[Answer]:
    """Answer a question about a network.

    Raises:
        QuestionError: where something is missing, not understood, or does not exist in the network.
    """
    _account(reading, network)
    reading.remarks += [f"every layer with {_label(name, value)}" for name, value in reading.shared]
    reading.remarks += [
        f"{_called(said, network)} with {_label(name, value)}"
        for setup in reading.setups
        for said in setup.layers
        for name, value in said.values.items()
    ]
    answers: list[Answer] = _settings(reading, network) if reading.unknown else []
    for label, variant in _variants(reading, network) if reading.asked else ():
        about = About(variant, reading, subject, label)
        if reading.claims:
            answers += about.sizes()
        for ask in reading.asked:
            answers += about.quantity(ask)
    if not answers:
        raise QuestionError.lacking("what is asked for: parameters, multiply–accumulates, a layer's output, …")
    return answers


def _called(said: Said, network: Measured) -> str:
    """The layers that a setting is for."""
    views = find_layers(network, said.kind, said.at)
    return views[0].name if len(views) == 1 else f"every {said.kind}"


def _account(reading: Reading, network: Measured) -> None:
    """Numbers said to describe the network must be its own; all else that is left over was not understood."""
    facts = {str(n) for volume in network.inputs.values() for n in (*volume.spatial, volume.channels)} | {"1.0"}
    own = next(iter(network.inputs.values())).channels
    for setup in reading.setups:
        if setup.input.spatial is None and setup.input.channels not in (None, own):
            reading.unread.append(f"{setup.input.channels} channels")
    for view in network.layers:
        if view.kind in ("conv", "fc"):
            facts |= {str(n) for n in (*view.weights[0].shape, getattr(view.node.layer, "groups", 1))}
    strange = [piece for piece in reading.facts if piece.replace(",", "") not in facts]
    for (kind, _), count in reading.counts:
        strange += [] if len(find_layers(network, kind, 0)) == count else [f"{count} {kind} layers"]
    if strange or reading.unread:
        raise QuestionError.not_understood(*reading.unread, *strange)


def _settings(reading: Reading, network: Measured) -> list[Answer]:
    """Which settings of one of the network's layers give a wanted output."""
    views = [view for kind, which in reading.pending for view in find_layers(network, kind, which)]
    if reading.unknown == ["input"] and not views:
        return [Answer(f"input {name}", str(volume), "volume", str(volume)) for name, volume in network.inputs.items()]
    if reading.target is None and len(views) == 1:
        return [_own_setting(views[0], name) for name in reading.unknown]
    if len(views) != 1 or reading.target is None or not reading.target.spatial:
        raise QuestionError.lacking("which layer is meant" if len(views) != 1 else "the output that is wanted")
    stage = stage_of(network, views[0])
    values = {name: getattr(stage.layer, name) for name in stage.layer.fields}
    target = reading.target.spatial * (stage.axes if len(reading.target.spatial) == 1 else 1)
    said = reading.setups[0].input
    spatial = said.spatial * stage.axes if said.spatial and len(said.spatial) == 1 else said.spatial
    fed = Known(spatial, said.channels).over(stage.before)
    answers = [answer for known in dict.fromkeys((fed, stage.before)) for answer in _forwards(stage, known)]
    names = ("input", "pad") if reading.unknown == ["setting"] else tuple(reading.unknown)
    for name in names:
        answers += solve.answers(solve.Problem(stage.kind, values, (name,), fed, target))
    return answers


def _own_setting(view: LayerView, name: str) -> Answer:
    """A hyperparameter as the network has it."""
    value = getattr(view.node.layer, name, None)
    if value is None:
        raise QuestionError(f"{view.name} has no {name}")
    if name == "pad" and not isinstance(value, str):
        value = tuple(before for before, _ in value)
    same = isinstance(value, tuple) and len(set(value)) == 1
    shown = value[0] if same and name != "kernel" else value
    text = "x".join(map(str, shown)) if isinstance(shown, tuple) else str(shown)
    return Answer(f"{name} of {view.name}", shown if isinstance(shown, int) else text, "", text)


def _forwards(stage: Stage, known: Known) -> list[Answer]:
    values = {name: getattr(stage.layer, name) for name in stage.layer.fields}
    fed = run(known, [Said(stage.kind, values)])[0]
    label = "x".join(map(str, known.spatial or ()))
    return quantities.extent(0, "width")(Asked([fed], [fed], f"input {label}"))


# Changes


def _variants(reading: Reading, network: Measured) -> list[tuple[str, Measured]]:
    """The network as the question wants it; twice where a layer is given two settings or rounding is at issue."""
    said = [said for setup in reading.setups for said in setup.layers]
    fed = _inputs(reading, network)
    changes = said or reading.without or fed or reading.shared
    if "fails" in {ask.name for ask in reading.asked} or not changes:
        return [("", network)]
    said, rivals = _rivals(said)
    turns = [("", said), *rivals]
    for index, layer in enumerate(said):
        for name, value in layer.again:
            again = [*said[:index], replace(layer, values={**layer.values, name: value}), *said[index + 1 :]]
            turns = [(_label(name, layer.values[name]), said), *turns[1:], (_label(name, value), again)]
    if reading.claims:
        roundings = (("rounding down", False), ("rounding up in the pooling", True))
        return [(label, _built(network, said, reading, [*fed, None][0], ceil)) for label, ceil in roundings]
    return [
        (
            ", ".join(filter(None, (label, f"input {volume}" if volume and len(fed) > 1 else ""))),
            _built(network, layers, reading, volume, False),
        )
        for label, layers in turns
        for volume in fed or [None]
    ]


def _inputs(reading: Reading, network: Measured) -> list[Volume | None]:
    """The inputs that the network is to have in turn, None for its own; empty where only its own is spoken of."""
    own = next(iter(network.inputs.values()))
    found: list[Volume | None] = []
    for setup in reading.setups:
        known = setup.input
        if not known.spatial:
            continue
        extents = known.spatial * len(own.spatial) if len(known.spatial) == 1 else known.spatial
        volume = Volume(known.channels or own.channels, extents)
        found.append(None if volume == own else volume)
    return [] if found in ([], [None]) else found


def _rivals(said: list[Said]) -> tuple[list[Said], list[tuple[str, list[Said]]]]:
    """Settings for the same layers said twice are two networks to compare."""
    first: dict[tuple[str, int | str], Said] = {}
    others = []
    for layer in said:
        if (layer.kind, layer.at) not in first:
            first[layer.kind, layer.at] = layer
        elif layer.values != first[layer.kind, layer.at].values:
            others.append(layer)
    kept = list(first.values())
    return kept, [
        (
            layer.kind + "".join(f", {_label(*pair)}" for pair in layer.values.items()),
            [layer if (other.kind, other.at) == (layer.kind, layer.at) else other for other in kept],
        )
        for layer in others
    ]


def _label(name: str, value: object) -> str:
    return f"{name} {'x'.join(map(str, value)) if isinstance(value, tuple) else value}"


def _built(network: Measured, said: Sequence[Said], reading: Reading, fed: Volume | None, ceil: bool) -> Measured:
    left_out = {
        view.name for kind, which in reading.without if kind != "flatten" for view in find_layers(network, kind, which)
    }
    settings: dict[str, dict[str, object]] = {}
    for layer in said:
        for view in find_layers(network, layer.kind, layer.at):
            settings.setdefault(view.name, {}).update(layer.values)

    def change(node: Node, layer: Layer) -> Layer | None:
        if node.name in left_out:
            return None
        values = {name: value for name, value in reading.shared if name in layer.fields} | settings.get(node.name, {})
        if ceil and "ceil" in layer.fields:
            values["ceil"] = True
        return with_values(layer, len(node.volume.spatial) if node.volume else 2, **values) if values else layer

    built = changed(network, change, fed)
    if any(kind == "flatten" for kind, _ in reading.without):
        built = changed(built, last_axis_dense(built))
    return built
