"""Entry point: ``python -u -m enginesmith_worker`` with the folder above on PYTHONPATH."""

import os
import sys


def _forget_working_folder() -> None:
    # ``-m`` puts the working folder first on the path: a torch.py lying there would be imported in torch's place.
    wanted = {os.path.abspath(entry) for entry in os.environ.get('PYTHONPATH', '').split(os.pathsep) if entry}
    here = os.path.abspath(os.getcwd())
    if sys.path and here not in wanted and os.path.abspath(sys.path[0] or here) == here:
        del sys.path[0]


_forget_working_folder()

from enginesmith_worker.methods import METHODS  # noqa: E402
from enginesmith_worker.protocol import Worker, take_over_streams  # noqa: E402

if __name__ == '__main__':
    Worker(METHODS, *take_over_streams()).serve()
