"""The example inputs that ``torch.jit.trace`` leaves in its file: their sizes, read without running anything."""

from __future__ import annotations

import io
import pickle
import zipfile
from typing import Any

from ..dtypes import CODES

_STORAGES = {
    'FloatStorage': 'float32',
    'DoubleStorage': 'float64',
    'HalfStorage': 'float16',
    'BFloat16Storage': 'bfloat16',
    'LongStorage': 'int64',
    'IntStorage': 'int32',
    'ShortStorage': 'int16',
    'CharStorage': 'int8',
    'ByteStorage': 'uint8',
    'BoolStorage': 'bool',
}


class _Sizes:
    """Stands for a tensor: its dtype and shape only."""

    def __init__(self, storage: str, _offset: int, shape: tuple[int, ...], *_rest: Any):
        self.dtype = storage
        self.shape = [int(side) for side in shape]


class _SizeReader(pickle.Unpickler):
    """Knows four names, all of them stand-ins made here; any other ends the reading."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ('torch.jit._pickle', 'restore_type_tag'):
            return lambda value, _kind: value
        if (module, name) == ('torch._utils', '_rebuild_tensor_v2'):
            return _Sizes
        if (module, name) == ('collections', 'OrderedDict'):
            return dict
        if module == 'torch' and name in _STORAGES:
            return _STORAGES[name]
        raise pickle.UnpicklingError(f'{module}.{name}')

    def persistent_load(self, identity: Any) -> str:
        return identity[1]


def traced_inputs(path: str, names: list[str]) -> list[dict[str, Any]]:
    """tensorSpecs of forward's example inputs under the given names; empty where the file has none that can be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = next(name for name in archive.namelist() if name.endswith('/traced_inputs.pkl'))
            saved = _SizeReader(io.BytesIO(archive.read(member))).load()
        values = list(saved['forward'])
    except (
        StopIteration,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        pickle.PickleError,
        zipfile.BadZipFile,
    ):
        return []
    if len(values) > len(names) or not all(isinstance(value, _Sizes) and value.dtype in CODES for value in values):
        return []
    return [{'name': name, 'dtype': value.dtype, 'shape': value.shape} for name, value in zip(names, values)]
