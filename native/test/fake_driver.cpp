// An NVIDIA driver of which only the start is there, and fails.
extern "C" __attribute__((visibility("default"))) int cuInit(unsigned) { return FAKE_RESULT; }
