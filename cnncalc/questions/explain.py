"""`explain`: how every number of a network's layers comes about."""

from __future__ import annotations

from cnncalc.analysis.measured import LayerView, Measured
from cnncalc.analysis.receptive import ReceptiveField
from cnncalc.derivation import Derivation, Explanation, Step
from cnncalc.spec.suggest import did_you_mean


def explain(network: Measured, layer: str | None = None) -> list[Explanation]:
    """The derivation of every number of a layer, of all layers of a block, or of the whole network.

    Args:
        network: what `load` returned.
        layer: a layer's name, or a block's, in any case; None for all.

    Raises:
        LookupError: where the network has no such layer; the message says what may have been meant.
    """
    return [_explained(network, view) for view in _chosen(network, layer)]


def _chosen(network: Measured, layer: str | None) -> list[LayerView]:
    views = list(network.layers)
    if layer is None:
        return views
    exact = [view for view in views if view.name == layer]
    wanted = layer.lower()
    found = exact or [
        view for view in views if view.name.lower() == wanted or view.name.lower().startswith(f"{wanted}.")
    ]
    if not found:
        known = did_you_mean(layer, [view.name for view in views])
        raise LookupError(f"{network.name} has no layer `{layer}`" + (f": {known}" if known else ""))
    return found


def _explained(network: Measured, view: LayerView) -> Explanation:
    work = view.derivation()
    _derive_field(network, view, work)
    remarks = [] if any(step.quantity == "multiply–accumulates" for step in work.steps) else _no_products(view)
    if view.node.shares is not None:
        remarks.append(f"its weights are those of {network.graph.nodes[view.node.shares].name} and counted there")
    inputs = tuple(str(network.graph.nodes[index].volume or "unknown") for index in view.node.inputs)
    return Explanation(
        view.name, view.kind, view.description, inputs, str(view.volume or "unknown"), tuple(work.steps), tuple(remarks)
    )


def _no_products(view: LayerView) -> list[str]:
    return [f"no multiply–accumulates: {view.node.layer.uncounted}"] if view.node.layer else []


def _derive_field(network: Measured, view: LayerView, work: Derivation) -> None:
    """The receptive field: r + (F - 1)·j, where the layer before has the field r and the stride j."""
    after = view.receptive_field
    before = network.receptive_fields[view.node.inputs[0]] if len(view.node.inputs) == 1 else None
    if after is None or not isinstance(before, ReceptiveField) or view.node.layer is None:
        return
    windows = view.node.layer.windows(network.graph.volumes_into(view.node))
    if isinstance(windows, str) or not windows or all(w.size == 1 and w.stride == 1 for w in windows):
        return
    numbers = f"{before.size[0]} + ({windows[0].size} - 1)·{before.stride[0]}"
    work.steps.append(Step("receptive field", "r + (F - 1)·j", numbers, f"{after.size[0]:,}"))
    work.steps.append(Step("its stride", "j·S", f"{before.stride[0]}·{windows[0].stride}", f"{after.stride[0]:,}"))
