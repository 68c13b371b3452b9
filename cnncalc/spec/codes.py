"""The codes of warnings: what `allow` can name."""

from __future__ import annotations

LINTS = (
    "activation-after-softmax",
    "bias-before-norm",
    "confusable-name",
    "dead-branch",
    "implausible-size",
    "repeated-activation",
    "unused-block",
    "unused-parameter",
    "vanished-map",
)

WARNINGS = frozenset({*LINTS, "window-does-not-fit", "empty-loop", "suspicious-volume"})
