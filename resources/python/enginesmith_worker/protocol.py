"""JSON lines in, JSON lines out: the streams, the reader thread, cancelling, and one request at a time.

The main thread does the work, since torch and user code expect it; a reader thread takes the lines, so that a cancel
and the end of stdin are seen while the main thread is inside C code.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import math
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Callable

from . import PROTOCOL_VERSION
from .errors import Cancelled, WorkerError, as_worker_error, first_line, traceback_of

MAX_LINE = 16 * 1024 * 1024
UNKNOWN_ID = -1
_CHUNK = 64 * 1024


def take_over_streams() -> tuple[int, int]:
    """Keep stdin and stdout for the protocol alone; returns their descriptors.

    Whatever prints afterwards, C libraries included, prints to stderr; whatever reads stdin finds it empty.
    """
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, 'reconfigure'):
            stream.reconfigure(encoding='utf-8', errors='backslashreplace', line_buffering=True)
    # A crash in C code leaves the Python stack in the log, the only clue there will be.
    faulthandler.enable(sys.stderr)
    # Neither variable may decide whether a pickle is trusted.
    for name in ('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', 'TORCH_FORCE_WEIGHTS_ONLY_LOAD'):
        os.environ.pop(name, None)
    return requests, replies


def _finite(value: Any) -> Any:
    """JSON has no NaN and no Infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


class Context:
    """What a method gets beside its parameters: a way to speak, and a way to hear that it should stop."""

    def __init__(self, worker: Worker, request: int):
        self._worker = worker
        self._request = request

    def progress(self, phase: str, fraction: float | None = None) -> None:
        """Name the phase that begins; also a point where a cancel takes effect."""
        self.check()
        self._worker.send({'id': self._request, 'event': 'progress', 'phase': phase, 'fraction': fraction})

    def log(self, level: str, text: str) -> None:
        """Add a line to the run's log; ``level`` is verbose, info, warning or error."""
        self._worker.send({'id': self._request, 'event': 'log', 'level': level, 'text': text})

    def check(self) -> None:
        """Raise :class:`Cancelled` when the client asked to stop."""
        self._worker.check(self._request)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside, a cancel also breaks into plain Python code.

        Only around the model's own forward: an import or an exporter that is broken off half-way stays broken.
        """
        self.check()
        self._worker.interruptible = True
        try:
            yield
        finally:
            self._worker.interruptible = False
        self.check()


Method = Callable[[dict[str, Any], Context], Any]


class Worker:
    """Serves requests until stdin ends."""

    def __init__(self, methods: Mapping[str, Method], requests: int, replies: int):
        self._methods = methods
        self._requests = requests
        self._replies = replies
        self._write_lock = threading.Lock()
        self._queue: queue.Queue[dict[str, Any]] = queue.Queue()
        self._cancelled: set[int] = set()
        self._open: set[int] = set()
        self._current: int | None = None
        self.interruptible = False

    def serve(self) -> None:
        """Say ready, then answer one request after another; never returns."""
        signal.signal(signal.SIGINT, self._on_interrupt)
        threading.Thread(target=self._read, name='reader', daemon=True).start()
        self.send({'event': 'ready', 'pid': os.getpid(), 'python': sys.version.split()[0]})
        while True:
            self._answer(self._queue.get())

    def send(self, line: dict[str, Any]) -> None:
        """Write one line, whole."""
        data = json.dumps({'v': PROTOCOL_VERSION, **_finite(line)}, allow_nan=False).encode('ascii') + b'\n'
        if len(data) > MAX_LINE:
            raise WorkerError(
                'WORKER_PROTOCOL',
                f'The answer is {len(data)} bytes long; a line may have {MAX_LINE}.',
                'Report this with the name of the model: its description does not fit into one answer.',
            )
        with self._write_lock:
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(self._replies, view) :]
            except OSError:
                os._exit(0)  # nobody listens any more

    def check(self, request: int) -> None:
        """Raise where this request was cancelled."""
        if request in self._cancelled:
            raise Cancelled

    def _answer(self, message: dict[str, Any]) -> None:
        request = message['id']
        self._current = request
        try:
            self.check(request)
            method = self._methods.get(message['method'])
            if method is None:
                raise WorkerError(
                    'WORKER_PROTOCOL',
                    f'The worker has no method {message["method"]!r}.',
                    'The app and its Python files are of different versions: install the app again.',
                    {'methods': sorted(self._methods)},
                )
            params = message.get('params')
            result = method(params if isinstance(params, dict) else {}, Context(self, request))
            self.send({'id': request, 'result': result})
        except BaseException as error:
            self.interruptible = False
            self._send_error(request, error)
        finally:
            self._current = None
            self._open.discard(request)
            self._cancelled.discard(request)

    def _send_error(self, request: int, error: BaseException) -> None:
        known = as_worker_error(error)
        body: dict[str, Any] = {
            'code': known.code,
            'message': known.message,
            'remedy': known.remedy,
            'evidence': known.evidence,
            'traceback': traceback_of(error),
        }
        if known.actions:
            body['actions'] = known.actions
        self.send({'id': request, 'error': body})

    def _read(self) -> None:
        try:
            for line in self._lines():
                self._take(line)
        finally:
            # The client is gone. A plain exit would wait for a main thread that may be stuck in C code.
            os._exit(0)

    def _lines(self) -> Iterator[bytes | None]:
        """Lines without their end; None for one that was longer than allowed, which is skipped and not kept."""
        rest, skipping = b'', False
        while True:
            try:
                chunk = os.read(self._requests, _CHUNK)
            except OSError:
                return
            if not chunk:
                return
            *whole, tail = chunk.split(b'\n')
            for part in whole:
                if not skipping:
                    yield rest + part
                rest, skipping = b'', False
            if skipping:
                continue
            rest += tail
            if len(rest) > MAX_LINE:
                rest, skipping = b'', True
                yield None

    def _take(self, line: bytes | None) -> None:
        if line is None:
            self._refuse(f'a line longer than {MAX_LINE} bytes')
            return
        if not line.strip():
            return
        try:
            message = json.loads(line.decode('utf-8'))
        except (ValueError, RecursionError) as error:
            self._refuse(f'a line that is not JSON ({first_line(error)})')
            return
        if not isinstance(message, dict) or message.get('v') != PROTOCOL_VERSION:
            self._refuse(f'a message of another protocol version than {PROTOCOL_VERSION}')
        elif type(message.get('cancel')) is int:
            self._cancel(message['cancel'])
        elif type(message.get('id')) is int and isinstance(message.get('method'), str):
            self._open.add(message['id'])
            self._queue.put(message)
        else:
            self._refuse('a message that is neither a request nor a cancel')

    def _refuse(self, what: str) -> None:
        error = WorkerError(
            'WORKER_PROTOCOL',
            f'The worker received {what}.',
            'Run it again; if it repeats, report it with the log of this run.',
        )
        self._send_error(UNKNOWN_ID, error)

    def _cancel(self, request: int) -> None:
        if request not in self._open:
            return
        self._cancelled.add(request)
        if self._current != request:
            return
        if hasattr(signal, 'pthread_kill'):
            # A real signal also wakes a sleep or a read.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            import _thread

            _thread.interrupt_main()

    def _on_interrupt(self, _signal: int, _frame: object) -> None:
        # Ctrl+C in a terminal reaches this process too; the client decides what it means and tells by a line.
        if self.interruptible and self._current in self._cancelled:
            self.interruptible = False
            raise Cancelled
