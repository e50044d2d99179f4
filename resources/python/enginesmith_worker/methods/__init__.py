"""THE table of methods: contract/worker.ts names them, one file each answers them."""

from .check_onnx import check_onnx
from .export_onnx import export_onnx
from .load import load
from .look import look
from .run import run
from .scan import scan
from .torch_info import torch_info
from .versions import versions

METHODS = {
    'versions': versions,
    'torch': torch_info,
    'scan': scan,
    'load': load,
    'look': look,
    'run': run,
    'export_onnx': export_onnx,
    'check_onnx': check_onnx,
}
