"""The ONNX project's own node cases, run through the kernels.

Every case of the operators in `onnx_adapters` is either run and compared, or listed there with the reason why no
layer kind expresses it.
"""

import warnings

import numpy as np
import onnx
import onnx.backend.test.case.node
import pytest

from tests.backend.onnx_adapters import ADAPTERS, NOT_APPLICABLE, NotApplicableError

ROUNDED = {"averagepool_2d_ceil_last_window_starts_on_pad"}
"""Cases whose expected numbers are given with four digits."""


def collect():
    """The single-node cases of the adapted operators, by name without its `test_`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = onnx.backend.test.case.node.collect_testcases(None)
    nodes = [(case, case.model.graph.node) for case in cases if case.model is not None]
    return {case.name[5:]: case for case, node in nodes if len(node) == 1 and node[0].op_type in ADAPTERS}


CASES = collect()
REASONS = {name: reason for reason, names in NOT_APPLICABLE.items() for name in names.split()}


def attempt(case):
    """The case's first output as the kernels give it, and as ONNX says it is."""
    (node,) = case.model.graph.node
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    inputs, outputs = case.data_sets[0]
    given = iter(inputs)
    arrays = [next(given) if name else None for name in node.input]
    return ADAPTERS[node.op_type](attributes, *arrays), outputs[0]


@pytest.mark.parametrize("name", sorted(CASES.keys() - REASONS.keys()))
def test_case(name):
    found, wanted = attempt(CASES[name])
    assert found.shape == wanted.shape
    tolerance = 1e-4 if name in ROUNDED else 1e-5
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", sorted(REASONS))
def test_case_does_not_apply(name):
    with pytest.raises(NotApplicableError, match=f"^{REASONS[name]}$"):
        attempt(CASES[name])
