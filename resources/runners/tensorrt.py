#!/usr/bin/env python3
"""Runs the engine beside this file: arrays in (.npz), arrays out (.npz).

Needs numpy, NVIDIA's `tensorrt` package (`tensorrt_rtx` for a TensorRT-RTX engine) of the version that
enginesmith.json names, and the NVIDIA driver. GPU memory is taken through the driver itself, so no CUDA package is needed.

    python run.py                                    the sample inputs; outputs.npz
    python run.py --inputs my.npz --outputs out.npz  your own
    python run.py --check                            and hold the outputs against sample/outputs.npz

Exit: 0 done; 1 the outputs are wrong; 2 bad input, or the engine must not or cannot be loaded here.
"""

import ctypes
import importlib
import os

import numpy as np
from arrays import Refused, arguments, call, finish, metadata, model_file, read_arrays, taken


class Cuda:
    """The few calls of the CUDA driver that a run needs."""

    def __init__(self, device: int):
        try:
            self.driver = ctypes.CDLL('nvcuda.dll' if os.name == 'nt' else 'libcuda.so.1')
        except OSError as error:
            raise Refused(f'the NVIDIA driver is not here: {error}') from error
        self.do('cuInit', 0)
        count = ctypes.c_int()
        self.do('cuDeviceGetCount', ctypes.byref(count))
        if not 0 <= device < count.value:
            raise Refused(f'there is no GPU {device}: {count.value} are here, counted from 0')
        handle, context = ctypes.c_int(), ctypes.c_void_p()
        self.do('cuDeviceGet', ctypes.byref(handle), device)
        # The primary context is the one that TensorRT itself uses.
        self.do('cuDevicePrimaryCtxRetain', ctypes.byref(context), handle)
        self.do('cuCtxSetCurrent', context)
        self.taken: list[int] = []

    def do(self, name: str, *args):
        """Calls the driver; anything but success ends the run."""
        code = getattr(self.driver, name)(*args)
        if code != 0:
            text = ctypes.c_char_p()
            self.driver.cuGetErrorString(code, ctypes.byref(text))
            raise Refused(f'{name} failed: {(text.value or b"?").decode()} ({code})')

    def take(self, size: int) -> int:
        """GPU memory of this many bytes."""
        address = ctypes.c_uint64()
        self.do('cuMemAlloc_v2', ctypes.byref(address), ctypes.c_size_t(max(size, 1)))
        self.taken.append(address.value)
        return address.value

    def to_gpu(self, array: np.ndarray) -> int:
        """Copies an array into GPU memory of its own."""
        address = self.take(array.nbytes)
        if array.nbytes:
            self.do('cuMemcpyHtoD_v2', ctypes.c_uint64(address), array.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(array.nbytes))
        return address

    def from_gpu(self, array: np.ndarray, address: int):
        """Fills the array from GPU memory."""
        if array.nbytes:
            self.do('cuMemcpyDtoH_v2', array.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint64(address), ctypes.c_size_t(array.nbytes))

    def stream(self) -> int:
        """A stream beside the default one."""
        stream = ctypes.c_void_p()
        self.do('cuStreamCreate', ctypes.byref(stream), 1)
        return stream.value or 0

    def wait(self, stream: int):
        """Returns once everything on the stream is done."""
        self.do('cuStreamSynchronize', ctypes.c_void_p(stream))

    def free(self):
        """Gives back what was taken."""
        for address in self.taken:
            self.do('cuMemFree_v2', ctypes.c_uint64(address))
        self.taken.clear()


def numpy_types(trt) -> dict:
    """numpy's type of each of TensorRT's. Types that numpy lacks are their bytes: BF16 is V2, as in numpy's own files."""
    types = {
        'FLOAT': np.float32,
        'HALF': np.float16,
        'BF16': 'V2',
        'INT64': np.int64,
        'INT32': np.int32,
        'INT8': np.int8,
        'UINT8': np.uint8,
        'BOOL': np.bool_,
        'FP8': np.uint8,
    }
    return {getattr(trt.DataType, name): np.dtype(kind) for name, kind in types.items() if hasattr(trt.DataType, name)}


def load_engine(trt, meta: dict, allow_host_code: bool):
    """The engine, once its content is what was exported and its host code is allowed."""
    plan = model_file(meta).read_bytes()
    logger = trt.Logger(trt.Logger.WARNING)
    runtime = trt.Runtime(logger)
    if meta['engine']['hostCode']:
        if not allow_host_code:
            raise Refused('the engine carries code for the CPU; add --allow-host-code if you trust its source')
        runtime.engine_host_code_allowed = True
    engine = runtime.deserialize_cuda_engine(plan)
    if engine is None:
        targets = ', '.join(meta['engine']['targets']) or 'the GPU that it was built on'
        builder = f'{meta["engine"]["flavour"]} {meta["engine"]["version"]} for {targets}'
        raise Refused(f'the engine could not be loaded by {trt.__name__} {trt.__version__}: it was built by {builder}')
    # The engine lives on its runtime, and that on its logger.
    return logger, runtime, engine


def fitted(name: str, array: np.ndarray, kind: np.dtype) -> np.ndarray:
    """The array, dense, if it is of the engine's type."""
    if array.dtype == kind or (array.dtype.itemsize == kind.itemsize and 'V' in (array.dtype.kind, kind.kind)):
        return np.ascontiguousarray(array)
    raise Refused(f'{name} must be {kind}, not {array.dtype}')


def profile_for(engine, inputs: dict) -> int:
    """The first optimization profile whose bounds hold every input."""

    def fits(index: int) -> bool:
        for name, array in inputs.items():
            if engine.is_shape_inference_io(name):
                continue
            least, _, most = engine.get_tensor_profile_shape(name, index)
            if len(least) != array.ndim or any(not low <= size <= high for low, size, high in zip(least, array.shape, most)):
                return False
        return True

    for index in range(engine.num_optimization_profiles):
        if fits(index):
            return index
    raise Refused(f'no optimization profile holds these shapes: { ({name: list(array.shape) for name, array in inputs.items()}) }')


def allocator_class(trt, cuda: Cuda):
    """The class is made here because its base comes with the library."""

    class Allocator(trt.IOutputAllocator):
        """Takes memory for an output whose size is known only while the engine runs."""

        def __init__(self):
            trt.IOutputAllocator.__init__(self)
            self.address, self.size, self.shape = 0, 0, ()

        def reallocate_output_async(self, tensor_name, memory, size, alignment, stream):
            if size > self.size or self.address == 0:
                self.address, self.size = cuda.take(size), size
            return self.address

        def reallocate_output(self, tensor_name, memory, size, alignment):
            return self.reallocate_output_async(tensor_name, memory, size, alignment, 0)

        def notify_shape(self, tensor_name, shape):
            self.shape = tuple(shape)

    return Allocator


def run(trt, engine, cuda: Cuda, given: dict) -> dict:
    """One run of the engine on these arrays."""
    types = numpy_types(trt)
    names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
    wanted = [name for name in names if engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT]
    inputs = {name: fitted(name, array, types[engine.get_tensor_dtype(name)]) for name, array in taken(wanted, given).items()}
    context = engine.create_execution_context()
    if context is None:
        raise Refused('no execution context could be made; the reason is above')
    stream = cuda.stream()
    context.set_optimization_profile_async(profile_for(engine, inputs), stream)
    for name, array in inputs.items():
        if not context.set_input_shape(name, array.shape):
            raise Refused(f'the engine does not take {name} in shape {list(array.shape)}')
        on_host = engine.get_tensor_location(name) == trt.TensorLocation.HOST
        context.set_tensor_address(name, array.ctypes.data if on_host else cuda.to_gpu(array))
    unknown = context.infer_shapes()
    if unknown:
        raise Refused(f'the shapes do not go together: {", ".join(unknown)}')
    fixed, later = {}, {}
    new_allocator = allocator_class(trt, cuda)
    for name in (name for name in names if name not in inputs):
        kind, shape = types[engine.get_tensor_dtype(name)], tuple(context.get_tensor_shape(name))
        if any(size < 0 for size in shape):
            later[name] = new_allocator()
            context.set_output_allocator(name, later[name])
            continue
        array = np.zeros(shape, kind)
        on_host = engine.get_tensor_location(name) == trt.TensorLocation.HOST
        fixed[name] = (array, None if on_host else cuda.take(array.nbytes))
        context.set_tensor_address(name, array.ctypes.data if on_host else fixed[name][1])
    if not context.execute_async_v3(stream):
        raise Refused('the engine did not run; the reason is above')
    cuda.wait(stream)
    outputs = {}
    for name, (array, address) in fixed.items():
        if address is not None:
            cuda.from_gpu(array, address)
        outputs[name] = array
    for name, allocator in later.items():
        outputs[name] = np.zeros(allocator.shape, types[engine.get_tensor_dtype(name)])
        cuda.from_gpu(outputs[name], allocator.address)
    return {name: outputs[name] for name in names if name in outputs}


def main() -> int:
    """One run, as it was asked for."""
    args = arguments(__doc__, gpu=True)
    meta = metadata()
    module = 'tensorrt_rtx' if meta['model']['backend'] == 'tensorrt-rtx' else 'tensorrt'
    try:
        trt = importlib.import_module(module)
    except ImportError as error:
        raise Refused(f'the Python package {module} is not here: {error}') from error
    given = read_arrays(args.inputs)
    cuda = Cuda(args.device)
    # Both names stay: what was made first is needed until the engine is gone.
    _logger, _runtime, engine = load_engine(trt, meta, args.allow_host_code)
    outputs = run(trt, engine, cuda, given)
    cuda.free()
    return finish(meta, outputs, args)


if __name__ == '__main__':
    call(main)
