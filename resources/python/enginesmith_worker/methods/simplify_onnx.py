"""Simplifies an ONNX graph by onnxslim, in a process of its own: what crashes there takes nothing with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from ..errors import WorkerError, plain
from ..exporters.places import keep_notes
from ..protocol import Context

_SLIM = 'import sys, onnxslim; onnxslim.slim(sys.argv[1], sys.argv[2])'
_LIMIT = 600


def simplify_onnx(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Nodes before and after; raises ``CONVERT_SIMPLIFY_FAILED`` where the simplifier fails, crashes or takes too long."""
    import onnx

    context.progress('onnxslim')
    process = subprocess.Popen(
        [sys.executable, '-c', _SLIM, params['path'], params['out']],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        begin = time.monotonic()
        while True:
            try:
                _, said = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                context.check()
                if time.monotonic() - begin > _LIMIT:
                    raise _failed(f'it was not done after {_LIMIT} s', '') from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode != 0 or not os.path.isfile(params['out']):
        text = plain(said.decode('utf-8', 'replace'))
        last = next((line for line in reversed(text.splitlines()) if line.strip()), '')
        raise _failed(f'it ended with {process.returncode}{f" ({last.strip()})" if last else ""}', text[-2000:])
    before, after = (onnx.load(path, load_external_data=False) for path in (params['path'], params['out']))
    if keep_notes(before, after):
        onnx.save(after, params['out'])
    folder, name = os.path.split(params['out'])
    files = [params['out'], *(os.path.join(folder, each) for each in sorted(os.listdir(folder)) if each.startswith(name) and each != name)]
    return {'before': len(before.graph.node), 'after': len(after.graph.node), 'files': files}


def _failed(why: str, log: str) -> WorkerError:
    return WorkerError(
        'CONVERT_SIMPLIFY_FAILED',
        f'The simplifier did not simplify the graph: {why}.',
        'The graph as the exporter wrote it is used; nothing has to be done.',
        {'reason': why, 'log': log},
        [{'kind': 'set-option', 'label': 'Do not simplify', 'path': 'convert.simplify', 'value': False}],
    )
