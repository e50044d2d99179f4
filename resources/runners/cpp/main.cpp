// Runs an engine: one NAME.npy (or NAME.bin, plain bytes) for each input in a folder, one NAME.npy for each output in another.
//
//   run ../model.engine ../sample/inputs outputs [--device N] [--shape NAME:1x3x224x224] [--allow-host-code]
//
// In file names every character of NAME but letters, digits, '.', '_' and '-' is '_'. --shape gives a .bin file its shape.
// Exit: 0 done; 1 every output is zero; 2 bad input, or the engine cannot be loaded here.
#include <NvInferRuntime.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>

#include "npy.hpp"

namespace {

using nvinfer1::DataType;
using nvinfer1::Dims;
namespace fs = std::filesystem;

void check(cudaError_t code, const char* what) {
    if (code != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(code));
}

class Logger : public nvinfer1::ILogger {
public:
    void log(Severity severity, const char* text) noexcept override {
        if (severity <= Severity::kWARNING) std::cerr << text << '\n';
    }
};

/// GPU memory that is given back at the end.
class Memory {
public:
    explicit Memory(size_t size) { check(cudaMalloc(&at_, std::max<size_t>(size, 1)), "cudaMalloc"); }
    ~Memory() { cudaFree(at_); }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    void* get() const { return at_; }

private:
    void* at_ = nullptr;
};

struct Type {
    const char* descr;
    size_t bytes;
};

/// numpy's code of a type. BF16 is V2, as numpy itself writes what it has no name for; FP8 is its bytes.
Type typeOf(DataType type) {
    switch (type) {
        case DataType::kFLOAT:
            return {"<f4", 4};
        case DataType::kHALF:
            return {"<f2", 2};
        case DataType::kBF16:
            return {"|V2", 2};
        case DataType::kINT64:
            return {"<i8", 8};
        case DataType::kINT32:
            return {"<i4", 4};
        case DataType::kINT8:
            return {"|i1", 1};
        case DataType::kUINT8:
            return {"|u1", 1};
        case DataType::kBOOL:
            return {"|b1", 1};
        case DataType::kFP8:
            return {"|u1", 1};
        default:
            throw std::runtime_error("the engine has an input or output of a type that this runner does not know");
    }
}

std::vector<int64_t> shapeOf(const Dims& dims) { return {dims.d, dims.d + std::max(dims.nbDims, 0)}; }

Dims dimsOf(const std::vector<int64_t>& shape) {
    if (shape.size() > static_cast<size_t>(Dims::MAX_DIMS)) throw std::runtime_error("too many dimensions");
    Dims dims{};
    dims.nbDims = static_cast<int32_t>(shape.size());
    for (size_t i = 0; i < shape.size(); i++) dims.d[i] = static_cast<std::decay_t<decltype(dims.d[0])>>(shape[i]);
    return dims;
}

size_t bytesOf(const std::vector<int64_t>& shape, size_t element) {
    return static_cast<size_t>(std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>())) * element;
}

std::string fileName(std::string name) {
    for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
    }
    return name;
}

/// Takes memory for an output whose size is known only while the engine runs.
class Allocator : public nvinfer1::IOutputAllocator {
public:
    void* reallocateOutputAsync(const char*, void*, uint64_t size, uint64_t, cudaStream_t) override {
        if (!memory_ || size > size_) {
            memory_ = std::make_unique<Memory>(size);
            size_ = size;
        }
        return memory_->get();
    }
    void notifyShape(const char*, const Dims& dims) noexcept override { shape = shapeOf(dims); }
    void* memory() const { return memory_ ? memory_->get() : nullptr; }
    std::vector<int64_t> shape;

private:
    std::unique_ptr<Memory> memory_;
    uint64_t size_ = 0;
};

struct Options {
    std::vector<std::string> places;
    std::map<std::string, std::vector<int64_t>> shapes;
    int device = 0;
    bool allowHostCode = false;
};

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; i++) {
        const std::string word = argv[i];
        const bool last = i + 1 == argc;
        if (word == "--allow-host-code") {
            options.allowHostCode = true;
        } else if (word == "--device" && !last) {
            options.device = std::stoi(argv[++i]);
        } else if (word == "--shape" && !last) {
            const std::string given = argv[++i];
            const auto colon = given.rfind(':');
            if (colon == std::string::npos) throw std::runtime_error("--shape takes NAME:1x3x224x224");
            std::stringstream sizes(given.substr(colon + 1));
            for (std::string size; std::getline(sizes, size, 'x');) options.shapes[given.substr(0, colon)].push_back(std::stoll(size));
        } else {
            options.places.push_back(word);
        }
    }
    if (options.places.size() != 3)
        throw std::runtime_error("usage: run ENGINE INPUTS OUTPUTS [--device N] [--shape NAME:SIZES] [--allow-host-code]");
    return options;
}

npy::Array readInput(const fs::path& folder, const std::string& name, Type type, const Options& options) {
    const fs::path array = folder / (fileName(name) + ".npy");
    if (fs::exists(array)) {
        auto read = npy::read(array.string());
        // A byte has no byte order, and a type that numpy lacks may come under another name of its size.
        const bool same = read.descr.substr(1) == std::string(type.descr).substr(1);
        const bool raw = read.descr.find('V') != std::string::npos || type.descr[1] == 'V';
        if (!same && !raw) throw std::runtime_error(name + " must be " + type.descr + ", not " + read.descr);
        if (read.data.size() != bytesOf(read.shape, type.bytes))
            throw std::runtime_error(array.string() + " does not have the bytes of its shape");
        return read;
    }
    npy::Array plain{"", {}, npy::readFile((folder / (fileName(name) + ".bin")).string())};
    const auto shape = options.shapes.find(name);
    if (shape == options.shapes.end()) throw std::runtime_error("give --shape " + name + ":SIZES for its .bin file");
    plain.shape = shape->second;
    if (plain.data.size() != bytesOf(plain.shape, type.bytes))
        throw std::runtime_error(name + ": the file does not have the bytes of its shape");
    return plain;
}

/// The first optimization profile whose bounds hold every input.
int profileFor(const nvinfer1::ICudaEngine& engine, const std::map<std::string, npy::Array>& inputs) {
    using nvinfer1::OptProfileSelector;
    for (int index = 0; index < engine.getNbOptimizationProfiles(); index++) {
        const bool fits = std::all_of(inputs.begin(), inputs.end(), [&](const auto& input) {
            const char* name = input.first.c_str();
            if (engine.isShapeInferenceIO(name)) return true;
            const auto& shape = input.second.shape;
            const auto least = shapeOf(engine.getProfileShape(name, index, OptProfileSelector::kMIN));
            const auto most = shapeOf(engine.getProfileShape(name, index, OptProfileSelector::kMAX));
            if (least.size() != shape.size()) return false;
            for (size_t i = 0; i < shape.size(); i++) {
                if (shape[i] < least[i] || shape[i] > most[i]) return false;
            }
            return true;
        });
        if (fits) return index;
    }
    throw std::runtime_error("no optimization profile holds the shapes of the inputs");
}

/// Zero in every type: a floating-point -0.0 is all zeros but its sign.
bool isZero(const npy::Array& array, DataType type) {
    const size_t element = typeOf(type).bytes;
    const bool floating = type == DataType::kFLOAT || type == DataType::kHALF || type == DataType::kBF16 || type == DataType::kFP8;
    for (size_t i = 0; i < array.data.size(); i++) {
        const auto sign = static_cast<unsigned char>(floating && i % element == element - 1 ? 0x7f : 0xff);
        if ((static_cast<unsigned char>(array.data[i]) & sign) != 0) return false;
    }
    return true;
}

int run(const Options& options) {
    check(cudaSetDevice(options.device), "cudaSetDevice");
    Logger logger;
    const std::unique_ptr<nvinfer1::IRuntime> runtime(nvinfer1::createInferRuntime(logger));
    if (!runtime) throw std::runtime_error("TensorRT could not be started");
    if (options.allowHostCode) runtime->setEngineHostCodeAllowed(true);
    const auto plan = npy::readFile(options.places[0]);
    const std::unique_ptr<nvinfer1::ICudaEngine> engine(runtime->deserializeCudaEngine(plan.data(), plan.size()));
    if (!engine) throw std::runtime_error("the engine could not be loaded; the reason is above");
    const std::unique_ptr<nvinfer1::IExecutionContext> context(engine->createExecutionContext());
    if (!context) throw std::runtime_error("no execution context could be made; the reason is above");
    cudaStream_t stream = nullptr;
    check(cudaStreamCreate(&stream), "cudaStreamCreate");

    std::map<std::string, npy::Array> inputs;
    std::vector<std::string> outputs;
    for (int i = 0; i < engine->getNbIOTensors(); i++) {
        const std::string name = engine->getIOTensorName(i);
        const bool input = engine->getTensorIOMode(name.c_str()) == nvinfer1::TensorIOMode::kINPUT;
        if (input)
            inputs[name] = readInput(options.places[1], name, typeOf(engine->getTensorDataType(name.c_str())), options);
        else
            outputs.push_back(name);
    }
    if (!context->setOptimizationProfileAsync(profileFor(*engine, inputs), stream))
        throw std::runtime_error("the optimization profile was refused");

    std::vector<std::unique_ptr<Memory>> held;
    for (const auto& [name, array] : inputs) {
        if (!context->setInputShape(name.c_str(), dimsOf(array.shape)))
            throw std::runtime_error("the engine does not take " + name + " in this shape");
        if (engine->getTensorLocation(name.c_str()) == nvinfer1::TensorLocation::kHOST) {
            context->setTensorAddress(name.c_str(), const_cast<char*>(array.data.data()));
            continue;
        }
        held.push_back(std::make_unique<Memory>(array.data.size()));
        check(cudaMemcpyAsync(held.back()->get(), array.data.data(), array.data.size(), cudaMemcpyHostToDevice, stream), "cudaMemcpyAsync");
        context->setTensorAddress(name.c_str(), held.back()->get());
    }
    if (context->inferShapes(0, nullptr) != 0) throw std::runtime_error("the shapes of the inputs do not go together");

    std::map<std::string, npy::Array> made;
    std::map<std::string, void*> addresses;
    std::map<std::string, std::unique_ptr<Allocator>> later;
    for (const auto& name : outputs) {
        const Type type = typeOf(engine->getTensorDataType(name.c_str()));
        const auto shape = shapeOf(context->getTensorShape(name.c_str()));
        auto& array = made[name];
        array.descr = type.descr;
        if (std::any_of(shape.begin(), shape.end(), [](int64_t size) { return size < 0; })) {
            later[name] = std::make_unique<Allocator>();
            context->setOutputAllocator(name.c_str(), later[name].get());
            continue;
        }
        array.shape = shape;
        array.data.resize(bytesOf(shape, type.bytes));
        if (engine->getTensorLocation(name.c_str()) == nvinfer1::TensorLocation::kHOST) {
            context->setTensorAddress(name.c_str(), array.data.data());
            continue;
        }
        held.push_back(std::make_unique<Memory>(array.data.size()));
        addresses[name] = held.back()->get();
        context->setTensorAddress(name.c_str(), addresses[name]);
    }
    if (!context->enqueueV3(stream)) throw std::runtime_error("the engine did not run; the reason is above");
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");

    for (const auto& [name, allocator] : later) {
        made[name].shape = allocator->shape;
        made[name].data.resize(bytesOf(allocator->shape, typeOf(engine->getTensorDataType(name.c_str())).bytes));
        addresses[name] = allocator->memory();
    }
    for (const auto& [name, address] : addresses) {
        auto& data = made[name].data;
        if (!data.empty()) check(cudaMemcpy(data.data(), address, data.size(), cudaMemcpyDeviceToHost), "cudaMemcpy");
    }
    check(cudaStreamDestroy(stream), "cudaStreamDestroy");
    fs::create_directories(options.places[2]);
    bool zero = !outputs.empty();
    for (const auto& name : outputs) {
        const fs::path file = fs::path(options.places[2]) / (fileName(name) + ".npy");
        npy::write(file.string(), made[name]);
        zero = zero && isZero(made[name], engine->getTensorDataType(name.c_str()));
        std::cout << name << ": " << file.string() << '\n';
    }
    if (zero) std::cerr << "error: every output is zero, as those of an engine that was stripped of its weights and not refitted\n";
    return zero ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(parse(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << '\n';
        return 2;
    }
}
