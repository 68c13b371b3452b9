"""The words of questions: what is asked for, what layers are called, what may be passed over.

Every entry is a rule for `sheet.compiled`: words without the plural's s, `~` for a space or a hyphen.
"""

from __future__ import annotations

from cnncalc.spec.words import singular

_COUNTED = r"(?:param|parameter|weight|number|value|coefficient|learnable|trainable)"
_SHARE = r"(?:share|fraction|percentage|percent|proportion|part|much)"
_CONV = r"(?:conv|convolution|convolutional)"
_DIMS = r"(?:<n>(?: -)? (?:d|dimensional) )?"
_POOL = r"(?:pool|pooling|pooled)"

_ADJECTIVE = r"(?:standard|ordinary|normal|regular|usual|plain|full|grouped|group|strided)"
_WHOLE = r"(?:(?:the|all|it|its|@net) )*"
_EACH = r"(?:a single|single|a|each|every)"
_FILTER = r"(?:filter|kernel|neuron)"
_OUTPUT = r"(?:output|result|feature~map|activation~map)"
_SHAPE = r"(?:volume|size|shape|dimension|dimensionality|resolution|extent)"

QUANTITIES: tuple[tuple[str, str], ...] = (
    ("non_trainable", rf"non~trainable(?: {_COUNTED})?|nontrainable(?: {_COUNTED})?|fixed {_COUNTED}"),
    (
        "unshared",
        rf"{_COUNTED} without (?:weight |parameter )?~?sharing|"
        r"(?:without|no) (?:weight |parameter )~?sharing",
    ),
    (
        "filter_parameters",
        rf"(?:param|parameter|number) (?:per|in {_EACH}|of {_EACH}|(?:does|do|has|have) {_EACH}) "
        rf"(?:single )?{_FILTER}",
    ),
    (
        "filter_weights",
        rf"weight (?:per|in {_EACH}|of {_EACH}|(?:does|do|has|have) {_EACH}) {_FILTER}|"
        r"dot product(?: length| size)?",
    ),
    (
        "positions",
        r"(?:how many|number of) (?:neuron|unit|output)(?: (?:do|does|that))? share(?: (?:@pass|the|same|each|"
        r"one|a|set|of))* "
        r"(?:weight|filter|kernel)",
    ),
    ("effective_kernel", r"effective (?:kernel|filter|window)(?: size| width| extent)?|effective size"),
    ("parameter_share", rf"{_SHARE} of {_WHOLE}(?:param|parameter|weight)"),
    ("mac_share", rf"{_SHARE} of {_WHOLE}(?:mac|flop|multiplication|operation|multiply~accumulate)"),
    ("discarded", rf"{_SHARE} of {_WHOLE}(?:activation|input|value|number|pixel|data|information)"),
    (
        "weight_shape",
        r"(?:weight|kernel|filter) (?:tensor |matrix )?(?:shape|dimension)|"
        r"(?:shape|dimension) of (?:the |it |its )*(?:weight|kernel|filter)(?: tensor| matrix)?",
    ),
    ("im2col", r"im2col(?: matrix| matrice)?(?: shape| size| dimension)?"),
    ("receptive_field", r"receptive field(?: size| width)?|field of view"),
    ("field_stride", r"(?:effective |total |overall |cumulative )stride|jump"),
    ("biases", r"(?:how many|number of) bias(?: term| value| param| parameter)?"),
    (
        "flatten",
        r"(?:how many|number of) input(?: feature| unit| neuron| value)?(?: (?:must|should|does|do|will|would|"
        r"has|have|need|is|are|the|a|this|to|for|of|first|following|next))*~(?:linear|dense|fully~connected|fc)"
        r"(?: layer)?(?: (?:have|need|expect|take|get))?",
    ),
    (
        "flatten",
        r"(?:flatten|flattened|flattening) (?:size|length|dimension|vector|feature|layer|output)"
        r"(?: size| length| dimension)?|(?:length|size) of the flattened (?:vector|output)|in_feature|"
        r"(?:size|length) after flattening|"
        r"how (?:large|long|big) (?:is|would be) the flatten(?:ed)?(?: vector| layer)?|"
        r"(?:number of )?input feature|"
        r"(?:right|correct) (?:value|number)(?: of (?:input|feature))?",
    ),
    ("bias_waste", r"conv bias waste|bias (?:waste|redundant)|redundant(?: (?:bias|param|parameter))?|bias needed"),
    ("bias_additions", r"bias addition|addition of (?:the )?bias"),
    ("connections", r"connection"),
    (
        "memory",
        r"memory(?: footprint| usage| use| requirement| consumption)?|storage|megabyte|kilobyte|byte|"
        r"how many bit|number of bit|mb|mib|kb|"
        r"kib",
    ),
    ("flops", r"(?:mega|giga|m|g)?flop|floating~point operation"),
    (
        "macs",
        r"(?:m|g)?mac|multiply~(?:accumulate|add)(?: operation)?|mult~add|multiplication(?: operation)?|"
        r"multiply|madd|operation|multiplyaccumulate",
    ),
    ("weights", r"(?:learned |learnable |trainable )?weight"),
    ("learned_numbers", r"learned (?:number|value)"),
    ("biases", r"(?<=@ask:weights and )bias(?: term| value)?"),
    ("biases", r"bias(?: term| value)?(?= (?:of|in|does|do|has|have) )"),
    (
        "parameters",
        r"(?:total |overall |learnable |learned |trainable )*(?:param|parameter|coefficient)"
        r"(?: count| number| total)?|trainable(?: total)?",
    ),
    ("activations", r"activation(?: count| value)?"),
    ("positions", r"output position|spatial position|position"),
    ("units", r"(?:output |hidden )?(?:neuron|unit)(?: count)?|output (?:number|value)"),
    ("lost", r"(?:pixel|row|column) (?:are )?(?:lost|missing|cut)|lost pixel"),
    (
        "legal",
        r"legal|illegal|possible|permissible|admissible|allowed|fit(?: evenly| exactly)?|"
        r"valid(?= (?:\S+ )?(?:setting|configuration|combination|choice|setup| \?))|whole number",
    ),
    ("output", r"o(?= (?:=|\?))"),
    (
        "output",
        r"how (?:large|big) (?:is|are|will|would)(?: (?:the|each|it|its|new|resulting))* "
        rf"(?:{_OUTPUT}|map|volume|tensor)",
    ),
    ("rounding", r"caffe"),
    ("width", r"how wide|(?:output|new|resulting|final) width|width of the (?:output|result)|w2|w_out"),
    ("height", r"how (?:high|tall)|(?:output|new|resulting|final) height|height of the (?:output|result)|h2|h_out"),
    (
        "depth",
        r"d2|output (?:depth|channel)|(?:depth|number of channel|channel) of (?:the |it |its )*(?:output|result)|"
        r"how deep|how many (?:(?:weight|weighted|trainable|learnable|hidden) )?layer|"
        r"channel does (?:the |it |its )*output have",
    ),
    (
        "output",
        rf"(?:(?:spatial|final|new|resulting|{_OUTPUT}) )*(?:{_SHAPE}|output|result|length)(?: {_SHAPE})?"
        rf"(?: of the {_OUTPUT}(?: volume)?)?|resulting (?:feature~map|map)|"
        r"(?:to|into) what|how long (?:is|will|would)",
    ),
)
"""Quantities, the more special wording first."""

HEADS: tuple[tuple[str, str], ...] = (
    ("separable", rf"depth~?wise~separable(?: {_CONV})?(?: layer)?|separable(?: {_CONV})(?: layer)?|separableconv2d"),
    ("depthwise", rf"depth~?wise(?: {_CONV})?(?: layer)?"),
    ("pointwise", rf"point~?wise(?: {_CONV})?(?: layer)?"),
    (
        "transposed_conv",
        rf"transposed?(?: {_CONV}(?:[123]d)?)(?: layer)?|{_CONV} transpose|"
        rf"deconv(?:olution(?:al)?)?(?: layer)?|up~(?:conv|convolution)|upconv|"
        rf"fractionally~strided(?: {_CONV})?",
    ),
    ("global_avgpool", rf"global~(?:average|avg|mean)~?{_POOL}(?: layer)?|globalaveragepooling2d|gap"),
    ("global_maxpool", rf"global~max~?{_POOL}(?: layer)?|globalmaxpooling2d"),
    ("avgpool", rf"{_DIMS}(?:average|avg|mean)~?{_POOL}(?: layer)?|(?:average|avg|mean)pool(?:ing)?(?: layer)?"),
    ("maxpool", rf"{_DIMS}(?:max|maximum)~?{_POOL}(?: layer)?|maxpool(?:ing)?(?: layer)?|{_POOL}(?: layer)?"),
    ("subsample", r"(?:trainable )?sub~?sampling(?: layer)?"),
    (
        "fc",
        r"(?:fully~connected|dense)(?: (?:hidden|output|layer))*|linear(?: layer)?|fc(?: layer)?|"
        r"(?:hidden|output) layer|affine layer",
    ),
    ("batchnorm", r"batch~?norm(?:ali[sz]ation)?(?: layer)?|bn(?: layer)?"),
    ("bottleneck", r"bottleneck(?: layer)?"),
    ("lrn", r"local response normali[sz]ation(?: layer)?|lrn"),
    ("layernorm", r"layer~norm(?:ali[sz]ation)?|layernorm"),
    ("groupnorm", r"group~norm(?:ali[sz]ation)?|groupnorm"),
    ("leaky_relu", r"leaky~?relu"),
    ("relu", r"relu(?: activation| nonlinearity| layer)?|rectifier"),
    ("softmax", r"softmax(?: layer| classifier)?"),
    ("sigmoid", r"sigmoid(?: activation| layer)?"),
    ("tanh", r"tanh(?: activation| layer)?"),
    ("dropout", r"dropout(?: layer)?"),
    ("flatten", r"flatten(?:ed|ing)?(?: layer)?"),
    (
        "conv",
        rf"{_ADJECTIVE} one|(?:{_ADJECTIVE} )?{_DIMS}{_CONV}(?: [123]d)?(?: layer)?|"
        rf"(?:{_ADJECTIVE} )?conv[123]d(?: layer)?",
    ),
)
"""What layers are called, the more special name first."""

_PASSED_OVER = """
    a about above accept according across act activated actual add after afterwards again all along already also
    although always am among amount an and another answer any anything appear applied apply applying approximately are
    area arrive as ask asked asking assignment assume assumed assuming assumption at available axis back based basic
    be because become becomes been begin being below beneath beside besides bias biases big bit block both bring build
    builds built by calculate calculated calculation called can cannot case cell channel choose chosen class
    classic classifier classify cnn color colour column come common compare compared comparison complete compute
    computed computing configuration configured connect connected consider considered considering consist constant
    construct contain containing contains convention conventional convolve convolved could count counted counting
    course create current data dataset deal default define defined definition depend derive describe described
    description design desired detail determine did different digit dimension direction directly do doe does doing
    done down draw drawing drawn due during effect else end ending engineer enter entry equal equals etc evaluate even
    ever everything exact exactly exam example exercise expect expected explain express extent extract fact feature
    fed feed feeding feeds field figure filter final finally find fine fix follow followed following follows for form
    formula forward found framework from fully function gave generate get getting give given gives giving go goe going
    had has have having he height hence her here hidden him his homework how however i idea if image implement
    implementation implemented implies in include included including incoming indeed inference input inside instance
    integer interested internal into introduce is it its itself job just keep kera keras kernel kind know known label
    large layer lead learn learned learning length let lie like linearly list little long look looking looks made main
    make makes making many map mapped mark match math matrice matrix may me mean means meant meet meets memory mention
    mentioned method might mind mode model modern move much must my name namely need needed needs network neural
    neuron new node normal notation note notice now number object obtain obtained of off often ok okay on one onto
    operate operating operation or order ordinary our out outcome outgoing output over overall own page paper
    pass passed passes passing perceptron perform performed performing photo picture place plain plane please plus
    point possible practice present print problem procedure process processed processing produce produced produces
    product program proper property provide provided published put pytorch question quite rate reach read real really
    recall receive received receives referred regular relate related remain report represent representation require
    required requires result resulting results return returned returns rgb rule run said same sample say scan see seen
    sensible serve set setting setup shall shape she should show shown shows signal similar simple simply since sit
    sits size slide sliding small so solution solve some someone something source spatial spatially square stack
    standard start starting starts state statement step still store stored stride student study stuff such suppose
    supposing sure symmetric symmetrical system table take taken takes taking task teacher tell tensor tensorflow test
    text than that the their them themselves then there therefore these they thing think this those though through
    throughout thus time times to together told too torch total toward transform transformed try turn type typical
    typically under unit up upon us use used user uses using usual usually value vector very via vision visual volume
    want wanted was way we well were what whatever when where whether which while who whose why wide width will window
    with within word work worked working works would write written yes yet yield yields you your yourself zoo
"""
HARMLESS = frozenset(_PASSED_OVER.split())
"""Words that may stand in a question without changing what is asked. Words that change it (`without`, `removed`,
`pruned`) are not among them: what no rule has read is then not understood."""


def is_harmless(word: str) -> bool:
    """Whether a word, or its stem, may be passed over."""
    word = word.removesuffix("'s")
    stems = {word, singular(word)}
    for ending in ("ing", "ed", "ly", "er", "d"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            stems |= {stem, f"{stem}e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem}
    return not stems.isdisjoint(HARMLESS)
