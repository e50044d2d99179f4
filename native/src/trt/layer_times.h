#pragma once
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "trt/client.h"

namespace enginesmith::trt {

/// Hears how long each layer took, over several runs. A layer that a run calls twice counts with its sum.
class LayerTimes {
public:
    using Row = std::pair<std::string, std::vector<double>>;

    explicit LayerTimes(abi::Interfaces which);
    LayerTimes(const LayerTimes&) = delete;
    LayerTimes& operator=(const LayerTimes&) = delete;

    void* raw() const noexcept { return client_.raw(); }
    void beginRun();
    /// Milliseconds of each run by layer, in the order in which the library named them first.
    std::vector<Row> take();

    // Called by the library.
    void report(const char* name, float milliseconds) noexcept;

private:
    std::mutex mutex_;
    std::size_t runs_ = 0;
    std::vector<Row> rows_;
    Client client_;
};

}  // namespace enginesmith::trt
