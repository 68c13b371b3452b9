"""The words of questions: what is asked for, what layers are called, what may be passed over.

Every entry is a rule for `sheet.compiled`: words without the plural's s, `~` for a space or a hyphen.
"""

from __future__ import annotations

_COUNTED = r"(?:param|parameter|weight|number|value|coefficient|learnable|trainable)"
_SHARE = r"(?:share|fraction|percentage|percent|proportion|part|much)"
_CONV = r"(?:conv|convolution|convolutional|convolved|convolve)"
_POOL = r"(?:pool|pooling|pooled)"

QUANTITIES: tuple[tuple[str, str], ...] = (
    ("non_trainable", rf"non~trainable(?: {_COUNTED})?|nontrainable(?: {_COUNTED})?|fixed {_COUNTED}"),
    ("unshared", rf"{_COUNTED} without (?:weight |parameter )?~?sharing|(?:without|no) (?:weight |parameter )~?sharing"),
    ("filter_parameters", rf"(?:param|parameter|number) (?:per|in (?:a|each|single)|of (?:a|each|a single)) "
                          rf"(?:filter|kernel|neuron)|(?:param|parameter|number) (?:does|do|has|have) "
                          rf"(?:a|each|every|a single) (?:single )?(?:filter|kernel|neuron)"),
    ("filter_weights", r"weight (?:per|in (?:a|each|single)|of (?:a|each|a single)) (?:filter|kernel|neuron)|weight "
                       r"(?:does|do|has|have) (?:a|each|every) (?:single )?(?:filter|kernel|neuron)"
                       r"|dot product(?: length| size)?"),
    ("parameter_share", rf"{_SHARE} of (?:the |all |it |its |all the )*{_COUNTED}"),
    ("discarded", rf"{_SHARE} of (?:the |all |all the )*(?:activation|input|value|number|pixel)"),
    ("weight_shape", r"(?:weight|kernel|filter) (?:tensor |matrix )?(?:shape|dimension)|"
                     r"(?:shape|dimension) of (?:the |it |its )*(?:weight|kernel|filter)(?: tensor| matrix)?"),
    ("im2col", r"im2col(?: matrix| matrice)?(?: shape| size| dimension)?"),
    ("receptive_field", r"receptive field(?: size| width)?|field of view"),
    ("field_stride", r"(?:effective |total |overall |cumulative )stride|jump"),
    ("flatten", r"(?:flatten|flattened|flattening) (?:size|length|dimension|vector|feature|layer|output)"
                r"(?: size| length| dimension)?|(?:length|size) of the flattened (?:vector|output)|in_feature|"
                r"(?:size|length) after flattening|(?:number of )?input feature|(?:right|correct) (?:value|number)(?: of (?:input|feature))?"),
    ("bias_waste", r"conv bias waste|bias (?:waste|redundant)|redundant bias|bias needed"),
    ("bias_additions", r"bias add(?:ition)?"),
    ("connections", r"connection"),
    ("memory", r"memory(?: footprint| usage| use| requirement| consumption)?|storage|megabyte|kilobyte|byte|mb|mib|kb|kib"),
    ("flops", r"(?:mega|giga|m|g)?flop|floating~point operation"),
    ("macs", r"(?:m|g)?mac|multiply~(?:accumulate|add)(?: operation)?|mult~add|multiplication(?: operation)?|multiplie|"
             r"multiply|madd|operation|multiplyaccumulate"),
    ("weights", r"(?:learned |learnable |trainable )?weight"),
    ("learned_numbers", r"learned (?:number|value)"),
    ("parameters", r"(?:total |overall |learnable |learned |trainable )*(?:param|parameter|coefficient)"
                   r"(?: count| number| total)?|trainable(?: total)?"),
    ("activations", r"activation(?: count| value)?"),
    ("positions", r"output position|spatial position|position"),
    ("units", r"(?:output |hidden )?(?:neuron|unit)(?: count)?|output (?:number|value)"),
    ("lost", r"(?:pixel|row|column) (?:are )?(?:lost|missing|cut)|lost pixel"),
    ("legal", r"(?:legal|valid|possible|allowed|permissible|admissible|proper)"
              r"(?= (?:a )?(?:\S+ )?(?:setting|configuration|combination|choice|setup|layer)| \?)|does it fit|fit"),
    ("rounding", r"caffe"),
    ("width", r"how wide"),
    ("height", r"how (?:high|tall)"),
    ("depth", r"output (?:depth|channel)|(?:depth|number of channel|channel) of (?:the |it |its )*(?:output|result)|"
              r"how deep|channel does (?:the |it |its )*output have"),
    ("output", r"(?:spatial |final |new |resulting |output |feature~map |activation~map )*"
               r"(?:volume|size|shape|dimension|dimensionality|resolution|output|result|extent|length)"
               r"(?: (?:volume|size|shape|dimension|dimensionality|resolution|extent))?"
               r"(?: of the (?:output|result|feature~map|activation~map)(?: volume)?)?|resulting (?:feature~map|map)"),
)
"""Quantities, the more special wording first."""

HEADS: tuple[tuple[str, str], ...] = (
    ("separable", rf"depth~?wise~separable(?: {_CONV})?(?: layer)?|separable(?: {_CONV})(?: layer)?|separableconv2d"),
    ("depthwise", rf"depth~?wise(?: {_CONV})?(?: layer)?"),
    ("pointwise", rf"point~?wise(?: {_CONV})?(?: layer)?"),
    ("transposed_conv", rf"transposed?(?: {_CONV}(?:[123]d)?)(?: layer)?|{_CONV} transpose|deconv(?:olution(?:al)?)?(?: layer)?|"
                        rf"up~(?:conv|convolution)|upconv|fractionally~strided(?: {_CONV})?"),
    ("global_avgpool", rf"global~(?:average|avg|mean)~?{_POOL}(?: layer)?|globalaveragepooling2d|gap"),
    ("global_maxpool", rf"global~max~?{_POOL}(?: layer)?|globalmaxpooling2d"),
    ("avgpool", rf"(?:average|avg|mean)~?{_POOL}(?: layer)?|avgpool|(?:average|avg|mean)~?pool(?:ing)?(?: layer)?"),
    ("maxpool", rf"(?:max|maximum)~?{_POOL}(?: layer)?|maxpool(?:ing)?(?: layer)?|{_POOL}(?: layer)?"),
    ("subsample", r"(?:trainable )?sub~?sampling(?: layer)?"),
    ("fc", r"fully~connected(?: (?:hidden|output|layer))*|dense(?: (?:hidden|output|layer))*|linear(?: layer)?|"
           r"fc(?: layer)?|(?:hidden|output) layer|affine layer"),
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
    ("conv", rf"(?:standard |ordinary |normal |regular |plain |full )?(?:<n> ?- ?d )?{_CONV}(?: [123]d)?(?: layer)?|"
             r"(?:standard |ordinary |regular |plain )?conv[123]d(?: layer)?"),
)
"""What layers are called, the more special name first."""

HARMLESS = frozenset(
    """a about above accept activated add after all along also always an and answer any apply applied applying are as ask
    asked assume assuming at axis be becomes before being both by calculate called can channel choose cnn color colour
    come compute computed connected consider consist constant containing contain convolve convolved count cover dataset
    deep define describe described determine dimension direction do does done down each edge either else equal every
    everything example exactly explain express extent fed feed field figure filter find first followed following for
    form forward from full function get give given gives go had has have having height high how i if image in
    included including independently input inputs inside into is it its itself just keep kernel layer learn learned let
    like look made make many map mapped mean meet me model much must my need needed network neural no not now number obtain
    of off on one only operate operating or order original our out output over parameter pass passed per performed picture
    pixel please plus position produce program put question read receive require required respectively result
    resulting run same say sees seen self set setting side simple single size slide so some spatial square state step
    stored such suppose sum symmetric take taken tell than that the their them then there these they this through times to
    together total trained trainable turn two unit us use used using value volume want was we well were
    what when where whether which whole why will window wide width with within work would write yes you your zero
    tensor shape feature hidden bias biases stack stacked consecutive successive series row rate
    needs neuron way still according convention standard cnns respect actual rounding rule usual keras
    tensorflow pytorch torch patch discard dropped exact ceil floor rounding directly gradient length mode note
    source zoo build builds built change missing drawn draw drawing modern plain ending end but right slide published""".split()
)
"""Words that may stand in a question without changing what is asked."""
