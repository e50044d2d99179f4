"""Element types: the contract's names, torch's, and safetensors' codes."""

from __future__ import annotations

from typing import Any

from .errors import WorkerError
from .torch_import import import_torch

# safetensors' code for each name of contract/tensor.ts; torch's attribute has the contract's name.
CODES = {
    'float64': 'F64',
    'float32': 'F32',
    'float16': 'F16',
    'bfloat16': 'BF16',
    'float8_e4m3fn': 'F8_E4M3',
    'float8_e5m2': 'F8_E5M2',
    'int64': 'I64',
    'int32': 'I32',
    'int16': 'I16',
    'int8': 'I8',
    'uint64': 'U64',
    'uint32': 'U32',
    'uint16': 'U16',
    'uint8': 'U8',
    'bool': 'BOOL',
}
_NAME_OF_CODE = {code: name for name, code in CODES.items()}


def name_of(dtype: Any) -> str:
    """Torch's own name of a dtype without its module: ``float32``, also for those that the contract lacks."""
    return str(dtype).rpartition('.')[2]


def torch_dtype(name: str) -> Any:
    """The torch dtype of a contract name; raises ``INPUTS_INVALID`` where this torch lacks it."""
    dtype = getattr(import_torch(), name, None) if name in CODES else None
    if dtype is None:
        raise WorkerError(
            'INPUTS_INVALID',
            f'This PyTorch has no element type {name}.',
            f'Use one of: {", ".join(CODES)}.',
            {'dtype': name},
        )
    return dtype


def code_of(dtype: Any) -> str:
    """safetensors' code of a torch dtype; raises ``LOAD_FAILED`` for one that cannot travel."""
    code = CODES.get(name_of(dtype))
    if code is None:
        raise WorkerError(
            'LOAD_FAILED',
            f'A tensor has the element type {name_of(dtype)}, which neither ONNX Runtime nor TensorRT takes.',
            'Let the model return ordinary numbers: real and imaginary part apart, quantized values dequantized.',
            {'dtype': name_of(dtype)},
        )
    return code


def dtype_of_code(code: str) -> Any:
    """The torch dtype of a safetensors code, or None where this torch lacks it."""
    name = _NAME_OF_CODE.get(code)
    return None if name is None else getattr(import_torch(), name, None)
