"""What of the Torch-TensorRT path needs no GPU: the program that would be compiled, and how its absence is told."""

import pathlib
from typing import Any

import pytest
import torch
from conftest import RELEASE
from enginesmith_worker.errors import WorkerError
from enginesmith_worker.tensors import write_tensors
from enginesmith_worker.torch_trt.imports import gpu, import_torch_tensorrt
from enginesmith_worker.torch_trt.program import forget_program, prepared


class Silent:
    """A context that nobody listens to."""

    def progress(self, phase: str, fraction: float | None = None) -> None: ...
    def log(self, level: str, text: str) -> None: ...
    def check(self) -> None: ...
    def interruptible(self) -> Any:
        import contextlib

        return contextlib.nullcontext()


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.layer(x))


@pytest.mark.parametrize('high', [16, 8])
def test_a_program_keeps_its_bounds_or_takes_those_of_the_profile(tmp_path: pathlib.Path, high: int) -> None:
    model = tmp_path / 'net.pt2'
    net = Net().eval()
    x = torch.rand(4, 6)
    torch.export.save(torch.export.export(net, (x,), dynamic_shapes=({0: torch.export.Dim('batch', min=1, max=16)},)), model)
    sample = tmp_path / 'x.safetensors'
    write_tensors(str(sample), {'x': x})
    params = {
        'source': {'path': str(model), 'format': 'exported-program'},
        'inputs': [{'name': 'x', 'dtype': 'float32', 'shape': ['batch', 6]}],
        'profile': [{'name': 'x', 'min': [1, 6], 'opt': [4, 6], 'max': [high, 6]}],
        'sample': str(sample),
        'outputNames': None,
    }
    if RELEASE < (2, 6):
        with pytest.raises(WorkerError, match='cannot move an exported program') as refused:
            prepared(params, torch.device('cpu'), Silent())  # type: ignore[arg-type]
        assert refused.value.code == 'BACKEND_MISSING'
        return
    try:
        ready = prepared(params, torch.device('cpu'), Silent())  # type: ignore[arg-type]
        assert prepared(params, torch.device('cpu'), Silent()) is ready  # type: ignore[arg-type]
    finally:
        forget_program()
    assert ready.own_bounds is None
    assert [int(bound.upper) for bound in ready.program.range_constraints.values()] == [high]
    assert torch.equal(ready.program.module()(*ready.args), net(x))


def test_a_machine_without_it_says_what_is_missing() -> None:
    if not torch.cuda.is_available():
        with pytest.raises(WorkerError, match='needs GPU 0') as raised:
            gpu(None)
        assert raised.value.code == 'GPU_MISSING'
    try:
        import torch_tensorrt  # noqa: F401
    except ImportError:
        with pytest.raises(WorkerError) as missing:
            import_torch_tensorrt()
        assert missing.value.code == 'BACKEND_MISSING'
