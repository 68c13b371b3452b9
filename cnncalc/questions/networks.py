"""Bundled networks in questions: their names, their layers' names, and what a change makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cnncalc.analysis.measured import LayerView, Measured
from cnncalc.graph import Graph, Node, Volume
from cnncalc.layers import layer_class
from cnncalc.layers.base import Layer, LayerError
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.sheet import Item, Made, Match, Rule, Sheet, drop, tagged
from cnncalc.spec.files import bundled_folder, bundled_names
from cnncalc.spec.load import Options, load_spec

_FAMILIES = {
    "lenet": "lenet5",
    "squeezenet": "squeezenet1-0",
    "squeezenetv1": "squeezenet1-0",
    "mobilenet": "mobilenetv1",
    "inceptionv1": "googlenet",
    "zfnet": "zfnet",
    "zf": "zfnet",
    "efficientnet": "efficientnetb0",
}
"""Family names that stand for one network in particular."""

_AMBIGUOUS = frozenset(("vgg", "resnet", "densenet", "regnet", "convnext", "darknet", "inception"))
_LONGEST = 7
_NORMS = frozenset(("batchnorm", "layernorm", "groupnorm", "instancenorm"))
"""Layers with weights that nobody counts as layers."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The network a question is about; `loaded` on demand, `family` where only a family was named."""

    stem: str
    said: str
    family: bool = False

    def measured(self, input: Volume | None = None) -> Measured:
        """The network, with its own input or another.

        Raises:
            QuestionError: where several networks go by the name, or none is bundled.
        """
        if self.family:
            known = [name for name in bundled_names() if name.startswith(self.stem)]
            raise QuestionError.lacking(f"which {self.said} is meant ({', '.join(known[:6])}, …)")
        path = bundled_folder() / f"{self.stem}.yaml"
        loaded = load_spec(str(path), Options(input=str(input) if input else None))
        name = loaded.document.name or self.stem
        return Measured(loaded.graph, name, reference=loaded.document.reference, diagnostics=loaded.diagnostics)


def find_network(sheet: Sheet) -> Subject | None:
    """The first bundled network that the line names, tagged `@net`."""
    stems = {_squeezed(stem): stem for stem in bundled_names()}
    for start, item in enumerate(sheet.items):
        if not item.text[:1].isalpha():
            continue
        for end in range(min(len(sheet.items), start + _LONGEST), start, -1):
            if not sheet.items[end - 1].text[:1].isalpha() and not sheet.items[end - 1].text.startswith("#"):
                continue
            said = _squeezed("".join(piece.said.removesuffix("'s") for piece in sheet.items[start:end]))
            stem = stems.get(said) or _FAMILIES.get(said)
            if stem or said in _AMBIGUOUS:
                items = sheet.items[start:end]
                sheet.items[start:end] = [Item("@net", tuple(t for piece in items for t in piece.tokens))]
                return Subject(_variant(stem or said, sheet), " ".join(i.said for i in items), stem is None)
    return None


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _variant(stem: str, sheet: Sheet) -> str:
    words = {item.text for item in sheet.items}
    for word in ("grouped", "gpu", "tower", "modern", "usual", "original", "re~?implemented", "plain"):
        sheet.rewrite(rf"(?:, )?(?:<n>~)?{word}", lambda match: "@pass")
    grouped = words & {"grouped", "gpu", "tower"} or (
        "group" in words and not words & {"ignored", "ignoring", "without"}
    )
    if stem == "alexnet" and grouped:
        return "alexnet-two-towers"
    if stem == "lenet5" and words & {"modern", "usual", "implemented", "reimplemented"}:
        return "lenet5-modern"
    return stem


# Layers by name


def tag_layers(sheet: Sheet, network: Measured) -> None:
    """Tag words that name a layer or a block of the network: `@ref` with the name as the network spells it."""
    names = {view.name.lower(): view.name for view in network.layers}
    scopes = {part.lower(): part for view in network.layers for part in _scopes(view.name)}
    for index, item in enumerate(sheet.items):
        word = item.tokens[0].text.lower().removesuffix("'s") if len(item.tokens) == 1 else ""
        name = names.get(word) or scopes.get(word)
        if word in ("input", "output", "layer", "pool", "conv") and item.said != names.get(word):
            continue
        if name and not item.text.startswith(("@", "#")) and (len(word) > 2 or re.fullmatch(r"[a-z]\d", word)):
            kind = next((view.kind for view in network.layers if view.name == name), "block")
            sheet.items[index] = Item(f"@ref:{kind}", item.tokens, name)


def _scopes(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts)))


def find_layers(network: Measured, kind: str, which: int | str) -> list[LayerView]:
    """The layers a question points at: by name, by kind and number, or all of a kind (number 0).

    A number beyond the layers of a kind is Caffe's: pool5 follows conv5, fc6 is the first dense layer after it.

    Raises:
        QuestionError: where there is none.
    """
    views = [view for view in network.layers if view.kind != "concat"]
    if isinstance(which, str):
        found = [view for view in views if view.name == which or view.name.startswith(f"{which}.")]
    else:
        alike = [view for view in views if _is_alike(view, kind)]
        found = alike if which == 0 else _numbered(alike, views, kind, which)
    if not found:
        raise QuestionError(f"{network.name} has no {kind} {which}")
    return found


def _is_alike(view: LayerView, kind: str) -> bool:
    """Whether people call a layer so: any pooling a pool, any layer with weights a layer."""
    if kind == "layer":
        return bool(view.weights) and view.kind not in _NORMS
    return view.kind == kind or (kind == "maxpool" and view.kind in ("subsample", "avgpool"))


def _numbered(alike: list[LayerView], views: list[LayerView], kind: str, which: int) -> list[LayerView]:
    if which < 0:
        return alike[which:][:1]
    if which <= len(alike) and not (kind == "maxpool" and len(alike) < 5 and which > 2):
        return alike[which - 1 : which]
    convolutions = [view for view in views if view.kind == "conv"]
    if kind == "maxpool" and which <= len(convolutions):
        after = views.index(convolutions[which - 1])
        return [view for view in alike if views.index(view) > after][:1]
    if kind != "fc":
        return []
    pools = [view for view in views if view.kind == "maxpool"]
    index = which - (len(convolutions) if len(convolutions) <= 5 else len(pools))
    return alike[index - 1 : index] if index > 0 else []


# Changes


class LayerFailsError(QuestionError):
    """A layer of a changed network does not go with the volume that reaches it."""

    def __init__(self, layer: str, why: str) -> None:
        super().__init__(f"{layer}: {why}")
        self.layer = layer


Change = Callable[[Node, Layer], Layer | None]


def changed(network: Measured, change: Change, input: Volume | None = None) -> Measured:
    """The same graph with other layers: `change` gives for each node the layer in its place, None to leave it out.

    Raises:
        LayerFailsError: where a layer does not go with the volume that reaches it.
    """
    nodes: list[Node] = []
    stands_for: dict[int, int] = {}
    for node in network.graph.nodes:
        inputs = tuple(stands_for[index] for index in node.inputs)
        if node.layer is None:
            nodes.append(node._replace(index=len(nodes), volume=input or node.volume))
        else:
            layer = change(node, node.layer)
            if layer is None:
                stands_for[node.index] = inputs[0]
                continue
            nodes.append(_remeasured(node, layer, inputs, nodes))
        stands_for[node.index] = len(nodes) - 1
    outputs = tuple(output._replace(node=stands_for[output.node]) for output in network.graph.outputs)
    return Measured(Graph(tuple(nodes), outputs), network.name)


def _remeasured(node: Node, layer: Layer, inputs: tuple[int, ...], nodes: list[Node]) -> Node:
    volumes = [volume for index in inputs if (volume := nodes[index].volume) is not None]
    try:
        output = layer.output(volumes)
    except LayerError as error:
        raise LayerFailsError(node.name, str(error)) from None
    return node._replace(
        index=len(nodes), kind=layer.kind, layer=layer, inputs=inputs, volume=output, weights=layer.weights(volumes)
    )


def with_values(layer: Layer, axes: int, **values: object) -> Layer:
    """The layer with some hyperparameters replaced.

    Raises:
        QuestionError: where the kind has no such hyperparameter, or not with such a value.
    """
    strange = [name for name in values if name not in layer.fields]
    if strange:
        raise QuestionError.not_understood(*strange)
    kept = {name: getattr(layer, name) for name in layer.fields if name not in values}
    try:
        return layer_class(layer.kind).make(axes, **kept, **values)
    except LayerError as error:
        raise QuestionError(f"{layer.kind}: {error}") from None


def last_axis_dense(network: Measured) -> Change:
    """Dense layers that act on the last axis of an unflattened volume, as Keras lets them: convolutions of 1x1."""

    def change(node: Node, layer: Layer) -> Layer | None:
        if layer.kind == "flatten":
            return None
        if layer.kind != "fc":
            return layer
        return layer_class("conv").make(2, filters=layer.units, kernel=1, bias=layer.bias)  # type: ignore[attr-defined]

    return change


# Wordings


def _facts(match: Match) -> Made:
    """A bracket after a network's name describes it; one with sizes describes a layer."""
    return "@facts" if match.before() in ("@net", "@ref:block") and "#s" not in match.text() else None


def _classes(match: Match) -> Made:
    """`with 10 classes`: the last dense layer has so many neurons."""
    return Item("@classes", match.items[0].tokens, match.value("v"))


def _layer_count(match: Match) -> Made:
    """`how many conv layers`."""
    return "@count", match.items[-1].text.partition(":")[2]


def _range(match: Match) -> Made:
    """`conv2 to conv4`: layers between that are not named."""
    return "@refused" if match.before().startswith(("@ref", "@named")) else None


def _without(match: Match) -> Made:
    item = match.items[-1]
    if item.text == "@named":
        return "@without", [item.meaning]
    kind = item.text.partition(":")[2]
    return "@without", [(kind, item.meaning if item.text.startswith("@ref") else 0)]


OF_NETWORKS: tuple[Rule, ...] = (
    (r"(?:when )?group (?:is|are)? ?ignored|(?:ignoring|without)(?: the)? group", drop),
    (r"(?:\( )?group =? ?<n> (?:in|for)(?: (?:@ref:\w+|conv\d|,|and))+(?: \))?", tagged("@facts")),
    (r"\( [^()]*\)", _facts),
    (r"(?:with|for|and|has|of) <n:v> class", _classes),
    (
        r"the <n:c>(?= (?:pool|pooling|conv|convolution|fc|fully|dense|layer))",
        lambda match: ("@times", match.value("c")),
    ),
    (r"<n>(?: / <n>)+ (?:filter|kernel|map|channel)", tagged("@facts")),
    (r"(?:as|like|seen as)(?: a| an)? <s> (?:conv|convolution)(?: layer)?", drop),
    (
        r"(?:which|what) layer(?: of)?(?= @net)|(?:first )?(?:fail|break|complain)(?: first)?(?: when| if)?(?: it is)?",
        lambda match: "@pass" if match.text().startswith(("which", "what")) else ("@ask:fails", "fails"),
    ),
)
"""Rules for questions that name a network: before its volumes are read."""

AFTER_NETWORKS: tuple[Rule, ...] = (
    (
        r"(?:up to|until|before|between|prior to|preceding)(?: and including)?(?: the)?(?= (?:@ref|@named|@head))",
        tagged("@refused"),
    ),
    (r"(?:to|through|till)(?= (?:@ref|@named))", _range),
    (r"(?:how many|number of) @head:\w+(?! #)", _layer_count),
    (
        r"@head:(?P<kind>\w+)(?: -)? <n:c>(?! (?:filter|kernel|neuron|unit|channel|map|<s>))",
        lambda match: ("@named", (match.text("kind"), match.value("c"))),
    ),
    (r"without(?: the)? (?:@named|@ref:\w+|@head:\w+)", _without),
    (r"(?:be|is|still|remain|stay|are)(?: still)? @in", lambda match: ("@claimed", match.items[-1].meaning)),
    (r"(?:the )?(?:@ref:\w+|@named|@head:\w+) @claimed", lambda match: ("@claimed", match.items[-1].meaning)),
)
"""The same, once layers and volumes are tagged."""
