"""A live model and what is known of its forward: the one shape that every loader returns."""

from __future__ import annotations

import copy
import inspect
from dataclasses import dataclass, field
from typing import Any

from .dtypes import name_of
from .errors import WorkerError
from .torch_import import import_torch


@dataclass(frozen=True)
class Parameter:
    """One parameter of forward."""

    name: str
    required: bool


@dataclass
class Model:
    """``call`` runs it; ``program`` is set for an exported program, ``scripted`` for TorchScript."""

    call: Any
    model_class: str | None
    parameters: list[Parameter]
    #: True where forward takes any number of positional inputs.
    variadic: bool = False
    program: Any = None
    scripted: bool = False
    signature: dict[str, Any] | None = None
    #: Inputs that the file was made with, where it keeps them.
    example: list[dict[str, Any]] = field(default_factory=list)
    symbols: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    #: True once its code has run, which may leave marks on it: YOLO's head keeps the sizes of the last call.
    called: bool = False
    #: The same with its half-precision weights widened to float32, once inputs have asked for that.
    _wide: Any = None

    def fitting(self, tensors: dict[str, Any]) -> Any:
        """What computes with these inputs: a module of half precision throughout takes float32 in a widened copy of itself."""
        if self.half() is None or not any(str(tensor.dtype) == 'torch.float32' for tensor in tensors.values()):
            return self.call
        if self._wide is None:
            self._wide = copy.deepcopy(self.call).float()
        return self._wide

    def half(self) -> str | None:
        """``float16`` or ``bfloat16`` where every floating weight of an ordinary module has that type; None elsewhere."""
        if self.program is not None or self.scripted:
            return None
        kinds = {name_of(tensor.dtype) for tensor in self.tensors().values() if tensor.dtype.is_floating_point}
        return next(iter(kinds)) if len(kinds) == 1 and kinds <= {'float16', 'bfloat16'} else None

    def tensors(self) -> dict[str, Any]:
        """Parameters and buffers by name."""
        held = self.program.state_dict if self.program is not None else self.call.state_dict()
        torch = import_torch()
        return {name: tensor for name, tensor in held.items() if torch.is_tensor(tensor)}

    def parameter_count(self) -> int:
        """Elements of the parameters proper, without buffers; a tied one counts once."""
        held = self.program.parameters() if self.program is not None else self.call.parameters()
        return sum(parameter.numel() for parameter in held)


def eager(module: Any, model_class: str | None = None) -> Model:
    """A model from an ordinary ``nn.Module``, in eval mode."""
    torch = import_torch()
    while isinstance(module, (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)):
        module = module.module
    module.eval()
    parameters, variadic = _forward_of(module)
    cls = type(module)
    return Model(module, model_class or f'{cls.__module__}:{cls.__qualname__}', parameters, variadic)


def _forward_of(module: Any) -> tuple[list[Parameter], bool]:
    try:
        signature = inspect.signature(module.forward)
    except (TypeError, ValueError):
        return [], True
    parameters, variadic = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            variadic = True
        elif parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            parameters.append(Parameter(parameter.name, parameter.default is inspect.Parameter.empty))
    return parameters, variadic


@dataclass(frozen=True)
class Binding:
    """How named inputs reach forward: positions first, then keywords; both hold input names."""

    positional: list[str]
    keywords: dict[str, str]

    def apply(self, tensors: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Arguments for the call from tensors by input name."""
        return [tensors[name] for name in self.positional], {key: tensors[name] for key, name in self.keywords.items()}


def bind(model: Model, names: list[str]) -> Binding:
    """Inputs go to the parameters of the same names if all match, else by order."""
    known = [parameter.name for parameter in model.parameters]
    if names and all(name in known for name in names):
        count = 0
        while count < len(names) and known[count] in names:
            count += 1
        head, rest = known[:count], [name for name in known[count:] if name in names]
        missing = [p.name for p in model.parameters if p.required and p.name not in names]
        if missing:
            raise _wrong_count(model, names, f'the model also needs {", ".join(missing)}')
        return Binding(head, {name: name for name in rest})
    required = sum(parameter.required for parameter in model.parameters)
    if len(names) < required:
        raise _wrong_count(model, names, f'the model needs {required}')
    if len(names) > len(known) and not model.variadic:
        raise _wrong_count(model, names, f'the model takes {len(known)}')
    return Binding(list(names), {})


def _wrong_count(model: Model, names: list[str], why: str) -> WorkerError:
    shown = [p.name if p.required else f'{p.name} (optional)' for p in model.parameters]
    return WorkerError(
        'INPUTS_INVALID',
        f'The inputs given ({", ".join(names) or "none"}) do not fit: {why}.',
        f"The model's forward takes: {', '.join(shown) or 'nothing'}. Give one input for each, in this order or by these names.",
        {'given': names, 'forward': shown},
        [{'kind': 'set-option', 'label': 'Set the inputs', 'path': 'load.inputs'}],
    )


def tensor_list(tensors: dict[str, Any]) -> list[dict[str, Any]]:
    """contract/tensor.ts' tensorInfo of each."""
    return [
        {
            'name': name,
            'dtype': name_of(tensor.dtype),
            'shape': [int(side) for side in tensor.shape],
            'bytes': tensor.numel() * tensor.element_size(),
        }
        for name, tensor in tensors.items()
    ]
