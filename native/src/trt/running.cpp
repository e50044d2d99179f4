#include "trt/running.h"

namespace enginesmith::trt {

Running::Running(LoadedEngine& loaded)
    : recorder_(loaded.engine().raw().table().interfaces(), quietEvents()), context_(loaded.createContext()) {
    if (!context_) {
        const std::string reason = loaded.engine().recorder().first("the library could not make an execution context");
        loaded.engine().recorder().clear();
        throw Failure("ENGINE_INCOMPATIBLE", "The engine could not be made ready to run: " + reason + ".",
                      "Close what else uses the GPU's memory, or build the engine with smaller shapes.");
    }
    context_->setErrorRecorder(recorder_.raw());
    const abi::CudaEngine& engine = loaded.engine().raw();
    for (std::int32_t i = 0; i < engine.getNbIOTensors(); ++i)
        tensors_.push_back(std::make_unique<IoTensor>(loaded.engine(), *context_, loaded.context().driver(), engine.getIOTensorName(i)));
}

Failure Running::failure(const std::string& otherwise) const {
    return {"ENGINE_NOT_RUN",
            "The engine could not run: " + recorder_.first(otherwise) + ".",
            "Look at the log for the library's own words; build the engine again for this GPU.",
            {{"errors", recorder_.messages()}}};
}

void Running::setProfile(std::int32_t profile, const cuda::Stream& stream) {
    if (profile == profile_) return;
    if (!context_->setOptimizationProfileAsync(profile, stream.raw())) throw failure("profile " + std::to_string(profile) + " was refused");
    stream.synchronize();
    profile_ = profile;
}

void Running::prepareOutputs() {
    const char* missing[1] = {};
    if (context_->inferShapes(1, missing) != 0)
        throw failure(std::string("the shape of ") + (missing[0] != nullptr ? missing[0] : "a tensor") + " is not known");
    for (const auto& tensor : tensors_) {
        if (!tensor->isInput()) tensor->prepareOutput();
    }
}

void Running::copyIn(void* stream) const {
    for (const auto& tensor : tensors_) {
        if (tensor->isInput()) tensor->copyIn(stream);
    }
}

void Running::copyOut(void* stream) const {
    for (const auto& tensor : tensors_) {
        if (!tensor->isInput()) tensor->copyOut(stream);
    }
}

void Running::enqueue(void* stream) {
    if (!context_->enqueueV3(stream)) throw failure("the library refused to start it");
}

void Running::throwIfFailed() const {
    if (recorder_.count() > 0) throw failure("it gave no reason");
}

}  // namespace enginesmith::trt
