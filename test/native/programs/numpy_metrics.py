"""Makes pairs of tensors of every dtype and what numpy says of them: `numpy_metrics.py FOLDER`.

Each case is NAME.reference.bin, NAME.candidate.bin and an entry of cases.json.
"""

import json
import sys
from pathlib import Path

import ml_dtypes
import numpy as np

FLOATS = {
    'float64': np.float64,
    'float32': np.float32,
    'float16': np.float16,
    'bfloat16': ml_dtypes.bfloat16,
    'float8_e4m3fn': ml_dtypes.float8_e4m3fn,
    'float8_e5m2': ml_dtypes.float8_e5m2,
}
INTEGERS = ['int64', 'int32', 'int16', 'int8', 'uint64', 'uint32', 'uint16', 'uint8']
TOP = 5


def number(value: np.floating) -> float | None:
    return float(value) if np.isfinite(value) else None


def metrics(reference: np.ndarray, candidate: np.ndarray, atol: float, rtol: float) -> dict:
    """The definitions of the contract, written with numpy in float64."""
    r, a = reference.astype(np.float64), candidate.astype(np.float64)
    error = np.abs(a - r)
    nonzero = r != 0
    relative = error[nonzero] / np.abs(r[nonzero])
    bad = ~np.isclose(a, r, atol=atol, rtol=rtol)
    rows_r, rows_a = r.reshape(-1, r.shape[-1]), a.reshape(-1, a.shape[-1])
    best_r, best_a = (np.sort(np.argsort(-rows, axis=1, kind='stable')[:, :TOP], axis=1) for rows in (rows_r, rows_a))
    shared = [len(set(x) & set(y)) / TOP for x, y in zip(best_r, best_a, strict=True)]
    rmse = np.sqrt(np.mean(error**2))
    return {
        'compared': int(r.size),
        'maxAbs': number(error.max()),
        'meanAbs': number(error.mean()),
        'maxRel': number(relative.max()),
        'meanRel': number(relative.mean()),
        'rmse': number(rmse),
        'cosine': number((a.ravel() @ r.ravel()) / (np.linalg.norm(a) * np.linalg.norm(r))),
        'psnr': number(20 * np.log10((r.max() - r.min()) / rmse)),
        'mismatched': int(bad.sum()),
        'firstMismatch': int(np.flatnonzero(bad)[0]) if bad.any() else None,
        'worstIndex': int(error.argmax()),
        'requiredAtol': number(max(0.0, (error - rtol * np.abs(r)).max())),
        'quantiles': [number(v) for v in np.quantile(error, [0.5, 0.9, 0.99])],
        'relQuantiles': [number(v) for v in np.quantile(relative, [0.5, 0.9, 0.99])],
        'argmax': float(np.mean([x[np.argmax(y)] == x.max() for x, y in zip(rows_r, rows_a, strict=True)])),
        'topK': float(np.mean(shared)),
        'zero': int((error == 0).sum()),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    rng = np.random.default_rng(7)
    cases = []

    def case(name: str, dtype: str, reference: np.ndarray, candidate: np.ndarray, atol: float, rtol: float) -> None:
        (folder / f'{name}.reference.bin').write_bytes(reference.tobytes())
        (folder / f'{name}.candidate.bin').write_bytes(candidate.tobytes())
        expected = metrics(reference, candidate, atol, rtol)
        cases.append({'name': name, 'dtype': dtype, 'shape': list(reference.shape), 'atol': atol, 'rtol': rtol, 'expected': expected})

    for name, kind in FLOATS.items():
        values = rng.standard_normal((50, 4, 37)) * 3
        noise = values * (1 + rng.standard_normal(values.shape) * 1e-3) + rng.standard_normal(values.shape) * 1e-4
        case(name, name, values.astype(kind), noise.astype(kind), 1e-3, 1e-3)
    for name in INTEGERS:
        top = 120 if name.endswith('8') else 30000
        low = 0 if name.startswith('u') else -top
        values = rng.integers(low, top, (40, 25))
        off = np.clip(values + (rng.random(values.shape) < 0.1) * rng.integers(-3, 4, values.shape), low, top)
        case(name, name, values.astype(name), off.astype(name), 1.0, 0.0)
    large = rng.standard_normal((300, 1000)).astype(np.float32)
    case('large', 'float32', large, (large + np.float32(1e-7)).astype(np.float32), 1e-5, 0.0)
    (folder / 'cases.json').write_text(json.dumps(cases))


if __name__ == '__main__':
    main()
