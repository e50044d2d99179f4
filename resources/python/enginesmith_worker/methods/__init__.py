"""THE table of methods: contract/worker.ts names them, one file each answers them."""

from .bf16_rounded import bf16_rounded
from .check_onnx import check_onnx
from .export_onnx import export_onnx
from .graph_precision import graph_precision
from .image_size import image_size
from .load import load
from .look import look
from .make_program import make_program
from .make_torchscript import make_torchscript
from .onnx_with_weights import onnx_with_weights
from .read_images import read_images
from .read_tensors import read_tensors
from .run import run
from .scan import scan
from .simplify_onnx import simplify_onnx
from .torch_info import torch_info
from .trt_compile import trt_compile
from .trt_dry_run import trt_dry_run
from .trt_run import trt_run
from .versions import versions
from .write_weights import write_weights

METHODS = {
    'versions': versions,
    'torch': torch_info,
    'scan': scan,
    'load': load,
    'look': look,
    'run': run,
    'export_onnx': export_onnx,
    'check_onnx': check_onnx,
    'simplify_onnx': simplify_onnx,
    'graph_precision': graph_precision,
    'bf16_rounded': bf16_rounded,
    'onnx_with_weights': onnx_with_weights,
    'make_torchscript': make_torchscript,
    'make_program': make_program,
    'write_weights': write_weights,
    'read_tensors': read_tensors,
    'image_size': image_size,
    'read_images': read_images,
    'trt_dry_run': trt_dry_run,
    'trt_compile': trt_compile,
    'trt_run': trt_run,
}
