"""Builds an engine with NVIDIA's own Python binding, with the settings that the addon uses.

Usage: `binding_build.py MODEL OUT CAPABILITY MIN OPT MAX`, the shapes of its input `image` as 1x3x16x16.
"""

import sys

import tensorrt_rtx_bindings as trt


def main() -> None:
    model, out, capability = sys.argv[1:4]
    shapes = [tuple(int(size) for size in shape.split('x')) for shape in sys.argv[4:7]]
    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse_from_file(model):
        raise SystemExit('\n'.join(parser.get_error(i).desc() for i in range(parser.num_errors)))
    config = builder.create_builder_config()
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    config.builder_optimization_level = 4
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, 64 << 20)
    config.num_compute_capabilities = 1
    config.set_compute_capability(getattr(trt.ComputeCapability, f'SM{capability}'), 0)
    profile = builder.create_optimization_profile()
    profile.set_shape('image', *shapes)
    config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise SystemExit('the binding built nothing')
    with open(out, 'wb') as file:
        file.write(plan)


if __name__ == '__main__':
    main()
