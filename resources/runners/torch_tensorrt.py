#!/usr/bin/env python3
"""Runs the program that Torch-TensorRT compiled, beside this file: arrays in (.npz), arrays out (.npz).

Needs numpy, and torch and torch_tensorrt of the versions that enginesmith.json names. No class of the model is needed.

    python run.py                                    the sample inputs; outputs.npz
    python run.py --inputs my.npz --outputs out.npz  your own
    python run.py --check                            and hold the outputs against sample/outputs.npz

Exit: 0 done; 1 the outputs are wrong; 2 bad input, or the program cannot be loaded here.
"""

import numpy as np
from arrays import Refused, arguments, call, finish, metadata, model_file, read_arrays, taken


def open_program(meta: dict):
    """torch and the program, once its content is what was exported."""
    path = model_file(meta)
    try:
        import torch
        import torch_tensorrt  # noqa: F401  registers the operators that the program calls
    except ImportError as error:
        raise Refused(f'a Python package is not here: {error}') from error
    if not torch.cuda.is_available():
        raise Refused('torch finds no GPU here')
    return torch, torch.export.load(str(path)).module()


def to_torch(torch, array: np.ndarray):
    """A tensor of the array; V2 is BF16."""
    if array.dtype.kind == 'V':
        return torch.from_numpy(array.view(np.int16).copy()).view(torch.bfloat16)
    return torch.from_numpy(np.ascontiguousarray(array))


def to_numpy(torch, tensor) -> np.ndarray:
    """An array of the tensor; BF16 is V2."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor.view(torch.int16).numpy().view('V2') if tensor.dtype == torch.bfloat16 else tensor.numpy()


def flat(torch, value) -> list:
    """Every tensor in it, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else []
    return [tensor for item in items for tensor in flat(torch, item)]


def run(torch, program, meta: dict, given: dict, device: int) -> dict:
    """One run of the program on these arrays."""
    wanted = [one['name'] for one in meta['inputs']]
    with torch.no_grad():
        made = flat(torch, program(*[to_torch(torch, array).to(f'cuda:{device}') for array in taken(wanted, given).values()]))
    names = [one['name'] for one in meta['outputs']]
    if len(names) != len(made):
        names = [f'output_{index}' for index in range(len(made))]
    return {name: to_numpy(torch, tensor) for name, tensor in zip(names, made)}


def main() -> int:
    """One run, as it was asked for."""
    args = arguments(__doc__, gpu=True)
    meta = metadata()
    torch, program = open_program(meta)
    return finish(meta, run(torch, program, meta, read_arrays(args.inputs), args.device), args)


if __name__ == '__main__':
    call(main)
