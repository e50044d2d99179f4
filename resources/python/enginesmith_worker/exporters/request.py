"""What to export, prepared once for both exporters: a callable of positional tensors, names, and dynamic sizes."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

from ..errors import WorkerError
from ..forward import call, read_inputs
from ..model import Binding, Model, bind
from ..outputs import flatten, is_plain, name_outputs
from ..protocol import Context
from ..torch_import import import_torch


@dataclass
class Export:
    """One export. ``module`` takes ``args`` by position; ``dynamic`` gives each input's symbols by dimension."""

    module: Any
    args: tuple[Any, ...]
    inputs: list[str]
    outputs: list[str]
    dynamic: list[dict[int, str]]
    opset: int | None
    path: str
    #: Bytes of all weights; past protobuf's 2 GiB they must lie beside the graph.
    weight_bytes: int


def prepare(model: Model, params: dict[str, Any], context: Context) -> Export:
    """Run the sample once to learn the outputs, and make the deep copy that is exported (the live model stays as it is)."""
    specs = params['inputs']
    names = [spec['name'] for spec in specs]
    binding = bind(model, names)
    tensors = read_inputs(params['sample'], names)
    _check_shapes(specs, tensors)
    # A copy from before the run, which may leave the sample's sizes on the model; an exporter would take them for constants.
    untouched = None if model.program is not None or model.scripted else copy.deepcopy(model.fitting(tensors)).eval()
    context.progress('run the sample')
    result = call(model, binding, tensors, context, params['source']['path'])
    outputs = [name for name, _ in name_outputs(result, names, params.get('outputNames'))]
    dynamic = [{axis: side for axis, side in enumerate(spec['shape']) if isinstance(side, str)} for spec in specs]
    tensors = _at_least_two(names, tensors, dynamic)
    weights = sum(tensor.numel() * tensor.element_size() for tensor in model.tensors().values())
    ordered = [*binding.positional, *binding.keywords.values()]
    args = tuple(tensors[name] for name in ordered)
    plain = not binding.keywords and is_plain(result)
    if model.program is not None:
        # As it is where its outputs are plain: the exporter has no words for the None and numbers of nested ones.
        module = model.program if plain else _positional(copy.deepcopy(model.call), binding)
    elif model.scripted:
        # The exporter refuses to follow a call into a script; a trace keeps that script's graph, branches included.
        traced = import_torch().jit.trace
        module = model.call if plain else traced(_positional(model.call, binding), args, check_trace=False)
    else:
        module = untouched
        module = module if plain else _positional(module, binding)
    by_name = dict(zip(names, dynamic))
    return Export(
        module=module,
        args=args,
        inputs=ordered,
        outputs=outputs,
        dynamic=[by_name[name] for name in ordered],
        opset=params.get('opset'),
        path=params['out'],
        weight_bytes=weights,
    )


def _positional(module: Any, binding: Binding) -> Any:
    """A module around ``module`` that takes positional tensors and returns a flat tuple, in the order of flatten()."""
    torch = import_torch()

    class Positional(torch.nn.Module):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.training = False  # itself only: an exported program's module refuses to be told
            self.model = module
            self.keywords = list(binding.keywords)
            self.count = len(binding.positional)

        def forward(self, *tensors: Any) -> Any:
            keywords = dict(zip(self.keywords, tensors[self.count :]))
            return tuple(tensor for _, tensor in flatten(self.model(*tensors[: self.count], **keywords)))

    return Positional()


def _check_shapes(specs: list[dict[str, Any]], tensors: dict[str, Any]) -> None:
    sizes: dict[str, int] = {}
    for spec in specs:
        shape = list(tensors[spec['name']].shape)
        fits = len(shape) == len(spec['shape'])
        for want, have in zip(spec['shape'], shape):
            fits = fits and (want == have if isinstance(want, int) else sizes.setdefault(want, have) == have)
        if not fits:
            raise WorkerError(
                'SHAPE_CONTRADICTS_MODEL',
                f'The sample of {spec["name"]} has the shape {shape}, which is not {spec["shape"]}.',
                'Run Load again: it makes the sample from the inputs as stated.',
                {'input': spec['name'], 'sample': shape, 'stated': spec['shape']},
            )


def _at_least_two(names: list[str], tensors: dict[str, Any], dynamic: list[dict[int, str]]) -> dict[str, Any]:
    """An exporter takes a size of 0 or 1 for a constant: repeat the sample to 2 along each dynamic dimension of 1."""
    torch = import_torch()
    grown = dict(tensors)
    for name, axes in zip(names, dynamic):
        for axis, symbol in axes.items():
            if grown[name].shape[axis] == 0:
                raise WorkerError(
                    'INPUTS_INVALID',
                    f'The sample of {name} has no element along {symbol}.',
                    'Give sample inputs with at least one element.',
                    {'input': name, 'symbol': symbol},
                )
            if grown[name].shape[axis] == 1:
                grown[name] = torch.cat([grown[name], grown[name]], dim=axis)
    return grown


def identifier(symbol: str) -> str:
    """A symbol as an identifier, which the exporters ask for."""
    made = re.sub(r'\W', '_', symbol)
    return made if re.match(r'^[A-Za-z_]', made) else f'_{made}'
