"""The encoders' linear layers: the numbers of a whole cast, with no more than a piece of the weight cast at a time."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from nodes.text_encoders import layers
from nodes.text_encoders.layers import Linear

STORED = (torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn)


def made(stored: torch.dtype, width: int, out: int, bias: bool) -> Linear:
    torch.manual_seed(0)
    made = Linear(width, out, bias=bias)
    for name, parameter in list(made.named_parameters()):
        setattr(made, name, torch.nn.Parameter(parameter.detach().to(stored), requires_grad=False))
    return made


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(STORED),
    st.integers(1, 9),
    st.integers(1, 40),
    st.booleans(),
    st.sampled_from([(3,), (2, 5), (1, 2, 3)]),
)
def test_a_linear_map_is_that_of_the_whole_weight_in_float32(
    stored: torch.dtype, width: int, out: int, bias: bool, lead: tuple[int, ...]
) -> None:
    layer = made(stored, width, out, bias)
    x = torch.randn(*lead, width)
    exact = None if layer.bias is None else layer.bias.double()
    wanted = functional.linear(x.double(), layer.weight.double(), exact).float()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layers, "PIECE", 7 * width)
        torch.testing.assert_close(layer(x), wanted, atol=1e-5, rtol=1e-5)


class Largest(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """The most numbers for which memory was taken at once."""

    count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = func(*args, **(kwargs or {}))
        if func in (torch.ops.aten.empty.memory_format, torch.ops.aten._to_copy.default):
            self.count = max(self.count, given.numel())
        return given


def test_a_large_weight_is_never_cast_as_a_whole() -> None:
    layer = made(torch.bfloat16, 1024, 4096, bias=False)
    with torch.no_grad(), Largest() as seen:  # type: ignore[no-untyped-call]
        layer(torch.randn(8, 1024))
    assert layer.weight.numel() == 4 * layers.PIECE
    assert seen.count <= layers.PIECE
