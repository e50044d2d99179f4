"""Scans every pickle in a file with picklescan and with our own listing; nothing is executed."""

from __future__ import annotations

import io
import logging
import zipfile
from typing import Any

from ..errors import WorkerError
from ..pickles import UNKNOWN, Listing, allowed_by_torch, is_harmless, list_pickles, modern
from ..protocol import Context


def scan(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """contract/run.ts' pickleReport, and the globals of each pickle under ``files``."""
    context.progress('scan')
    try:
        from picklescan.scanner import SafetyLevel, scan_pickle_bytes
    except ImportError as error:
        raise WorkerError(
            'PACKAGE_MISSING',
            'picklescan is not installed in this Python.',
            'Run the set-up again: it installs picklescan into the managed environment.',
            {'package': 'picklescan'},
        ) from error
    logging.getLogger('picklescan').setLevel(logging.CRITICAL)
    try:
        listings = list_pickles(params['path'])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        context.log('warning', f'the archive cannot be read to its end: {error}')
        return {'globals': [], 'unsafe': [], 'verdict': 'scan-failed', 'dangerous': [], 'files': {}}

    dangerous: set[str] = set()
    failed = False
    # Told from outside, nothing here has to import torch.
    allowed = set(params.get('allowed') or ()) or allowed_by_torch()
    for listing in listings:
        context.check()
        result = scan_pickle_bytes(io.BytesIO(listing.data), listing.file)
        named = set(listing.globals)
        levels = {f'{item.module}.{item.name}': item.safety for item in result.globals}
        # picklescan also calls a name dangerous that it could not follow; ours settles that.
        flagged = {name for name, level in levels.items() if level is SafetyLevel.Dangerous} & named
        flagged = {name for name in flagged if not is_harmless(name)} | set(listing.dangerous)
        dangerous |= {name for name in flagged if modern(name) not in allowed}
        failed = failed or listing.error is not None or result.scan_err or (bool(levels) and _lost(levels, listing))
    names = sorted({name for listing in listings for name in listing.globals})
    unsafe = [name for name in names if modern(name) not in allowed]
    return {
        'globals': names,
        'unsafe': unsafe,
        'verdict': _verdict(bool(dangerous), failed, bool(unsafe)),
        'dangerous': sorted(dangerous),
        'files': {listing.file: list(listing.globals) for listing in listings},
    }


def _lost(levels: dict[str, Any], listing: Listing) -> bool:
    """True where picklescan saw a name that our listing lacks: then neither is to be believed."""
    missing = set(levels) - set(listing.globals)
    return any(UNKNOWN not in name.split('.') and not name.startswith(('__torch__.', 'torch.jit._pickle.')) for name in missing)


def _verdict(dangerous: bool, failed: bool, unsafe: bool) -> str:
    if dangerous:
        return 'dangerous'
    if failed:
        return 'scan-failed'
    return 'suspicious' if unsafe else 'nothing-found'
