"""Writes the tables of Python names that the pickle listing grades by, from torch itself and from the worker's grading.

Run with the managed Python and `resources/python` on PYTHONPATH; `--check` only says whether the file is current.
"""

import json
import sys
from pathlib import Path

import torch
from enginesmith_worker import pickles
from torch import _weights_only_unpickler

TARGET = Path(__file__).parent.parent / 'electron/core/formats/pickle/generated/globals.ts'


def entry(name, note, values):
    """One exported set, one name a line."""
    lines = ''.join(f'  {json.dumps(value)},\n' for value in sorted(values))
    return f'/** {note} */\nexport const {name}: readonly string[] = [\n{lines}]\n'.replace('"', "'")


def table():
    """The whole file as text."""
    mapped = {f'{a}.{b}': f'{c}.{d}' for (a, b), (c, d) in pickles.NAME_MAPPING.items()}
    modules = dict(pickles.IMPORT_MAPPING)
    head = f'// Made by build/make_pickle_tables.py from torch {torch.__version__.split("+")[0]}; do not edit.\n\n'
    renames = [
        f'/** Python 2 {what}, and what they are called now. */\nexport const {name}: ReadonlyArray<readonly [string, string]> = [\n'
        + ''.join(f"  ['{old}', '{new}'],\n" for old, new in sorted(pairs.items()))
        + ']\n'
        for what, name, pairs in (('modules', 'renamedModules', modules), ('names', 'renamedNames', mapped))
    ]
    return head + '\n'.join(
        [
            entry('allowedByTorch', 'What `weights_only=True` takes.', _weights_only_unpickler._get_allowed_globals()),
            entry('dangerousPackages', 'Packages of which every name is dangerous.', pickles._DANGEROUS_PACKAGES),
            entry('dangerousModules', 'Modules of which every name is dangerous.', pickles._DANGEROUS_MODULES),
            entry('dangerousNames', 'Single names of otherwise harmless modules.', pickles._DANGEROUS_NAMES),
            entry('reachedModules', 'Modules that are dangerous under whatever name they are reached.', pickles._REACHED),
            entry('harmless', 'Names of those that do nothing by themselves.', pickles._HARMLESS),
            *renames,
        ]
    )


if __name__ == '__main__':
    text = table()
    if '--check' in sys.argv:
        sys.exit(0 if TARGET.read_text() == text else f'{TARGET} is not current: run build/make_pickle_tables.py')
    TARGET.write_text(text)
