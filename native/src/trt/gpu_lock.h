#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "base/cancel.h"

namespace enginesmith::trt {

/// One build on a GPU at a time: two would spoil each other's timings. Waits, and stops waiting when the call is cancelled.
class GpuLock {
public:
    GpuLock(int device, const CancelToken& token) : mutex_(mutexOf(device)), lock_(*mutex_, std::defer_lock) {
        while (!lock_.try_lock_for(std::chrono::milliseconds(50))) token.throwIfCancelled();
    }

private:
    static std::shared_ptr<std::timed_mutex> mutexOf(int device) {
        static std::mutex guard;
        static std::map<int, std::shared_ptr<std::timed_mutex>> mutexes;
        const std::lock_guard<std::mutex> lock(guard);
        auto& mutex = mutexes[device];
        if (!mutex) mutex = std::make_shared<std::timed_mutex>();
        return mutex;
    }

    std::shared_ptr<std::timed_mutex> mutex_;
    std::unique_lock<std::timed_mutex> lock_;
};

}  // namespace enginesmith::trt
