"""Build options as ``torch_tensorrt.dynamo.compile`` takes them, and what the compiled blocks say of themselves."""

from __future__ import annotations

import inspect
from typing import Any

from ..errors import WorkerError
from ..torch_import import import_torch

_MIB = 1024 * 1024


def compile_options(trt: Any, asked: dict[str, Any], device: Any, timing_cache: str) -> dict[str, Any]:
    """Keyword arguments for the compiler; raises ``BUILD_OPTION_UNSUPPORTED`` for one that this version lacks."""
    torch = import_torch()
    refittable = asked['refit'] or asked['strip'] or asked['refitIdentical']
    weak = {'fp16': torch.float16, 'bf16': torch.bfloat16}.get(asked['precision'] or '')
    options: dict[str, Any] = {
        'device': device,
        'use_explicit_typing': weak is None,
        'enabled_precisions': {torch.float32} if weak is None else {torch.float32, weak},
        'disable_tf32': asked['precision'] == 'fp32',
        'immutable_weights': not refittable,
        'use_python_runtime': False,
        'timing_cache_path': asked['timingCache'] or timing_cache,
    }
    given = {
        'min_block_size': asked['minBlockSize'],
        'torch_executed_ops': set(asked['torchOps']) or None,
        'require_full_compilation': asked['requireFull'] or None,
        'optimization_level': asked['optLevel'],
        'workspace_size': None if asked['workspace'] is None else int(asked['workspace'] * _MIB),
        'num_avg_timing_iters': asked['avgTiming'],
        'max_aux_streams': asked['maxAuxStreams'],
        'tiling_optimization_level': asked['tiling'],
        'sparse_weights': asked['sparsity'] or None,
        'strip_engine_weights': asked['strip'] or None,
        'refit_identical_engine_weights': asked['refitIdentical'] or None,
        'enable_weight_streaming': asked['weightStreaming'] or None,
        'version_compatible': asked['versionCompatible'] or None,
        'hardware_compatible': asked['hardwareCompat'] == 'ampere-plus' or None,
    }
    options.update({name: value for name, value in given.items() if value is not None})
    known = inspect.signature(trt.dynamo.compile).parameters
    lacking = sorted(name for name in options if name not in known)
    asked_for = [name for name in lacking if name in given and given[name] is not None]
    if asked_for:
        raise WorkerError(
            'BUILD_OPTION_UNSUPPORTED',
            f'Torch-TensorRT {trt.__version__} has no {", ".join(asked_for)}.',
            'Leave these options out, or use a newer torch-tensorrt.',
            {'options': asked_for, 'version': str(trt.__version__)},
        )
    return {name: value for name, value in options.items() if name in known}


def read_back(engines: list[tuple[str, Any]]) -> dict[str, Any]:
    """What the first engine and its settings say; None where they do not say."""
    if not engines:
        return {}
    module = engines[0][1]
    settings = getattr(module, 'settings', None)
    names = {
        'explicitTyping': 'use_explicit_typing',
        'disableTf32': 'disable_tf32',
        'minBlockSize': 'min_block_size',
        'optLevel': 'optimization_level',
        'workspace': 'workspace_size',
        'strip': 'strip_engine_weights',
        'versionCompatible': 'version_compatible',
        'hardwareCompatible': 'hardware_compatible',
    }
    found: dict[str, Any] = {key: getattr(settings, name, None) for key, name in names.items()}
    precisions = getattr(settings, 'enabled_precisions', None)
    found['precisions'] = None if precisions is None else sorted(str(item).rsplit('.', 1)[-1] for item in precisions)
    found['refittable'] = _refittable(getattr(module, 'serialized_engine', None))
    return found


def _refittable(plan: Any) -> bool | None:
    """By the engine's own word, not by what was asked."""
    if not isinstance(plan, (bytes, bytearray)):
        return None
    try:
        import tensorrt

        engine = tensorrt.Runtime(tensorrt.Logger(tensorrt.Logger.ERROR)).deserialize_cuda_engine(bytes(plan))
        return None if engine is None else bool(engine.refittable)
    except Exception:
        return None
