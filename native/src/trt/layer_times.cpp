#include "trt/layer_times.h"

#include <algorithm>

namespace enginesmith::trt {
namespace {

template <class Set>
struct ProfilerAdapter final : Set::IProfiler {
    using Interface = typename Set::IProfiler;
    explicit ProfilerAdapter(LayerTimes& target) : times(target) {}
    void reportLayerTime(const char* name, float milliseconds) noexcept override { times.report(name, milliseconds); }
    LayerTimes& times;
};

}  // namespace

LayerTimes::LayerTimes(abi::Interfaces which) : client_(Client::make<ProfilerAdapter>(which, *this)) {}

void LayerTimes::beginRun() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++runs_;
}

void LayerTimes::report(const char* name, float milliseconds) noexcept {
    try {
        const std::lock_guard<std::mutex> lock(mutex_);
        const std::string key = name != nullptr ? name : "";
        auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& known) { return known.first == key; });
        if (row == rows_.end()) row = rows_.insert(rows_.end(), {key, {}});
        row->second.resize(std::max<std::size_t>(runs_, 1));
        row->second.back() += milliseconds;
    } catch (...) {
        // Out of memory: this layer's time is missing from the table.
    }
}

std::vector<LayerTimes::Row> LayerTimes::take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::move(rows_);
}

}  // namespace enginesmith::trt
