"""Values where they stand: formulas worked out, text keys and conditions read, faults reported with their origins."""

from __future__ import annotations

from cnncalc.spec.arguments import report_fault, status_of
from cnncalc.spec.context import Context, Formulas, trail
from cnncalc.spec.findings import Findings
from cnncalc.spec.infer import Inference
from cnncalc.spec.operations import UnknownInput, as_text, brief
from cnncalc.spec.scalars import ScalarError, Value
from cnncalc.spec.tree import Scalar, Tree, extent, kind_of
from cnncalc.spec.values import ValueFault


class Evaluator:
    """Reads the values of one expansion."""

    def __init__(self, formulas: Formulas, findings: Findings, inference: Inference) -> None:
        self.formulas = formulas
        self.findings = findings
        self.inference = inference

    def value(self, scalar: Scalar, cursor: int | None, context: Context) -> Value:
        """What a formula gives here.

        Raises:
            ValueFault, UnknownInput: as `Formulas.evaluate`.
        """
        return self.formulas.evaluate(scalar, context, self.inference.volume(cursor), cursor is not None)

    def fault(self, fault: ValueFault, context: Context, what: str | None = None) -> None:
        """Report a value that does not do, with the places its numbers came from."""
        related = trail(self.formulas.origins(fault.formula, context), context.names) if fault.formula else []
        if not related and not context.frames:
            report_fault(self.findings, fault.error, fault.at, what)
            return
        help = fault.error.help
        if fault.error.code == "unknown-variable" and help is None and context.depth:
            help = "a block sees its parameters and the file's `define`; hand it over as an argument"
        prefix = f"`{what.partition('.')[2]}`: " if what else ""
        fix = (fault.at, fault.error.fix) if fault.error.fix and not fault.formula else None
        self.findings.add(
            fault.error.code,
            prefix + fault.error.message,
            fault.at,
            help=help,
            related=related,
            frames=context.frames,
            fix=fix,
            status=status_of(fault.error),
        )

    def condition(self, tree: Tree, cursor: int | None, context: Context) -> bool | None:
        """Whether a `when` holds; None where it cannot be said."""
        if isinstance(tree, Scalar) and tree.text[:1] == "=":
            try:
                return bool(self.value(tree, cursor, context))
            except ValueFault as fault:
                self.fault(fault, context)
            except UnknownInput:
                pass
            return None
        if isinstance(tree, Scalar) and tree.text in ("true", "false") and tree.plain:
            return tree.text == "true"
        shown = kind_of(tree)
        help = _condition_help(tree) if isinstance(tree, Scalar) and tree.text else None
        self.findings.add(
            "not-a-boolean",
            f"`when` takes a formula such as `=stride == 1`, and {shown} stands here",
            extent(tree),
            help=help,
        )
        return None

    def text_of(self, tree: Tree | None, cursor: int | None, context: Context) -> str | None:
        """A text key (a name, a note): formulas are worked out; None where there is none or it cannot be said."""
        if tree is None:
            return None
        if not isinstance(tree, Scalar) or tree.empty:
            self.findings.add(
                "bad-shape",
                f"a word is wanted, and {kind_of(tree)} stands here",
                extent(tree) if not isinstance(tree, Scalar) else tree.at,
            )
            return None
        if tree.text[:1] != "=":
            return tree.text
        try:
            value = self.value(tree, cursor, context)
        except ValueFault as fault:
            self.fault(fault, context)
            return None
        except UnknownInput:
            return None
        if isinstance(value, list):
            shown = ScalarError("bad-shape", f"a word is wanted, and the formula gives {brief(value)}")
            self.fault(ValueFault(shown, tree.at, tree), context)
            return None
        return as_text(value)


def _condition_help(tree: Scalar) -> str:
    meant = {"yes": "true", "on": "true", "True": "true", "no": "false", "off": "false", "False": "false"}.get(
        tree.text
    )
    return f"write {meant}" if meant else f"write `={tree.text}`"
