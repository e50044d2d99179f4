"""A worker process and the few lines that speak to it, as the app's own client does."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Failure(Exception):
    """The worker answered with an error."""

    def __init__(self, error: dict):
        super().__init__(f'{error["code"]}: {error["message"]}')
        self.error = error
        self.code = error['code']


class Client:
    """Starts ``python -u -m enginesmith_worker`` and answers with parsed lines."""

    def __init__(self, cwd: str | None = None, env: dict | None = None):
        self.process = subprocess.Popen(
            [sys.executable, '-u', '-m', 'enginesmith_worker'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, 'PYTHONPATH': os.path.join(ROOT, 'resources', 'python'), **(env or {})},
        )
        self.lines: queue.Queue = queue.Queue()
        self.stderr: list[bytes] = []
        self.next_id = 0
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._drain, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def _drain(self) -> None:
        for chunk in iter(lambda: self.process.stderr.read1(65536), b''):
            self.stderr.append(chunk)

    def log(self) -> str:
        return b''.join(self.stderr).decode('utf-8', 'replace')

    def raw(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: dict) -> None:
        self.raw(json.dumps({'v': 1, **message}).encode() + b'\n')

    def start(self, method: str, params: dict) -> int:
        self.next_id += 1
        self.send({'id': self.next_id, 'method': method, 'params': params})
        return self.next_id

    def receive(self, timeout: float = 60) -> dict | None:
        return self.lines.get(timeout=timeout)

    def wait(self, request: int, timeout: float = 60) -> dict:
        """The result of a request; its events are skipped, an error is raised."""
        while True:
            line = self.receive(timeout)
            assert line is not None, f'the worker ended: {self.log()}'
            if line.get('id') == request and 'result' in line:
                return line['result']
            if line.get('id') == request and 'error' in line:
                raise Failure(line['error'])

    def call(self, method: str, **params) -> dict:
        return self.wait(self.start(method, params))

    def close(self) -> int:
        self.process.stdin.close()
        return self.process.wait(timeout=10)
