#!/usr/bin/env python3
"""Runs the ONNX file beside this file on ONNX Runtime: arrays in (.npz), arrays out (.npz).

Needs numpy and onnxruntime.

    python run.py                                    the sample inputs; outputs.npz
    python run.py --inputs my.npz --outputs out.npz  your own
    python run.py --check                            and hold the outputs against sample/outputs.npz

Exit: 0 done; 1 the outputs are wrong; 2 bad input, or the model cannot be loaded here.
"""

import numpy as np
from arrays import Refused, arguments, call, finish, metadata, model_file, read_arrays, taken


def open_session(meta: dict):
    """The model, once its content is what was exported."""
    path = model_file(meta)
    try:
        import onnxruntime
    except ImportError as error:
        raise Refused(f'the Python package onnxruntime is not here: {error}') from error
    return onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])


def run(session, given: dict) -> dict:
    """One run of the model on these arrays."""
    wanted = [one.name for one in session.get_inputs()]
    names = [one.name for one in session.get_outputs()]
    inputs = taken(wanted, given)
    try:
        values = session.run(names, inputs)
    except Exception as error:
        raise Refused(f'ONNX Runtime refused these inputs: {error}') from error
    return {name: np.asarray(value) for name, value in zip(names, values)}


def main() -> int:
    """One run, as it was asked for."""
    args = arguments(__doc__, gpu=False)
    meta = metadata()
    outputs = run(open_session(meta), read_arrays(args.inputs))
    return finish(meta, outputs, args)


if __name__ == '__main__':
    call(main)
