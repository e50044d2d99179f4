#pragma once
#include <atomic>
#include <memory>

#include "base/failure.h"

namespace enginesmith {

/// Set by the caller, polled by the work.
class CancelToken {
public:
    void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
    bool isCancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
    void throwIfCancelled() const {
        if (isCancelled()) throw cancelled();
    }

private:
    std::atomic<bool> cancelled_{false};
};
using CancelTokenPtr = std::shared_ptr<CancelToken>;

}  // namespace enginesmith
