"""Arrays in, arrays out, and what can be judged of them: shared by the runners."""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


class Refused(Exception):  # noqa: N818  no error of the program
    """What stands in the way, for people."""


def metadata() -> dict:
    """What the export says of itself."""
    return json.loads((HERE / 'enginesmith.json').read_text(encoding='utf-8'))


def model_file(meta: dict) -> Path:
    """The file that runs, once its content is what was exported."""
    path = HERE / meta['model']['file']
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while piece := file.read(1 << 22):
            digest.update(piece)
    if digest.hexdigest() != meta['model']['sha256']:
        raise Refused(f'{path.name} is not the file that was exported: its SHA-256 differs')
    return path


def taken(wanted: list, given: dict) -> dict:
    """The arrays of the inputs, in the model's order."""
    missing = [name for name in wanted if name not in given]
    if missing:
        raise Refused(f'inputs are missing: {", ".join(missing)}; the file holds {", ".join(given) or "none"}')
    return {name: given[name] for name in wanted}


def arguments(about: str, gpu: bool) -> argparse.Namespace:
    """The call, as it was given."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--inputs', default=str(HERE / 'sample' / 'inputs.npz'), help='.npz with one array for each input')
    parser.add_argument('--outputs', default='outputs.npz', help='.npz to write')
    parser.add_argument('--check', action='store_true', help='hold the outputs of the sample inputs against sample/outputs.npz')
    if gpu:
        parser.add_argument('--device', type=int, default=0, help='the GPU, counted from 0')
        parser.add_argument('--allow-host-code', action='store_true', help='load code for the CPU that the engine carries')
    return parser.parse_args()


def read_arrays(path: str) -> dict:
    """Every array of an .npz, by name."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError) as error:
        raise Refused(f'{path} holds no arrays that can be read: {error}') from error


def numbers(array: np.ndarray) -> np.ndarray:
    """The values as float64; BF16, which numpy lacks, is the upper half of a float32."""
    if array.dtype.kind == 'V':
        return (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    return array.astype(np.float64)


def differences(meta: dict, outputs: dict) -> list:
    """One line for each output that is not what the export holds for the sample inputs."""
    lines = []
    for name, right in read_arrays(str(HERE / 'sample' / 'outputs.npz')).items():
        got = outputs.get(name)
        if got is None or got.shape != right.shape:
            lines.append(f'{name}: {"missing" if got is None else f"shape {list(got.shape)}, not {list(right.shape)}"}')
            continue
        bound = meta['tolerances'].get(name, {'atol': 0.0, 'rtol': 0.0})
        a, r = numbers(got), numbers(right)
        off = np.abs(a - r)
        fine = (off <= bound['atol'] + bound['rtol'] * np.abs(r)) | (a == r) | (np.isnan(a) & np.isnan(r))
        if not fine.all():
            lines.append(f'{name}: {int((~fine).sum())} of {fine.size} values differ, the largest difference is {np.nanmax(off):.3g}')
        else:
            print(f'{name}: equal within atol {bound["atol"]:g}, rtol {bound["rtol"]:g} (largest difference {off.max(initial=0):.3g})')
    return lines


def finish(meta: dict, outputs: dict, args) -> int:
    """Writes the outputs and judges what can be judged of them."""
    np.savez(args.outputs, **outputs)
    for name, array in outputs.items():
        print(f'{name}: {array.dtype} {list(array.shape)}')
    print(f'written: {args.outputs}')
    engine = meta.get('engine')
    # An engine without its weights answers zeros and says nothing. A -0.0 is a zero, too.
    if engine is not None and engine['stripped'] and outputs and not any(numbers(array).any() for array in outputs.values()):
        print('error: every output is zero: the engine was stripped of its weights; refit it before it is used', file=sys.stderr)
        return 1
    if not args.check:
        return 0
    if not (HERE / 'sample' / 'outputs.npz').is_file():
        print('error: the export holds no outputs to check against', file=sys.stderr)
        return 2
    wrong = differences(meta, outputs)
    for line in wrong:
        print(f'error: {line}', file=sys.stderr)
    return 1 if wrong else 0


def call(main) -> None:
    """Runs a runner's main and says for people what stands in the way."""
    try:
        sys.exit(main())
    except Refused as why:
        print(f'error: {why}', file=sys.stderr)
        sys.exit(2)
