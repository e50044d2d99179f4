// The ONNX parser beside a fake library: never reached, but the loader asks for its symbol.
#include <cstdint>

extern "C" __attribute__((visibility("default"))) void* createNvOnnxParser_INTERNAL(void*, void*, std::int32_t) { return nullptr; }
