#pragma once
#include <memory>
#include <string>

namespace enginesmith::loader {

/// A shared library that stays open as long as the handle lives.
class SharedLibrary {
public:
    /// Opens a file, or a bare name through the system's search path; null with the reason in `reason`.
    static std::shared_ptr<SharedLibrary> open(const std::string& pathOrName, std::string& reason);

    SharedLibrary(const SharedLibrary&) = delete;
    SharedLibrary& operator=(const SharedLibrary&) = delete;
    ~SharedLibrary();

    /// Null where the library has no such symbol.
    void* symbol(const char* name) const noexcept;

    template <class Function>
    Function function(const char* name) const noexcept {
        return reinterpret_cast<Function>(symbol(name));
    }

    /// Where the file lies that has `symbol`; empty where the system does not say.
    static std::string fileOf(void* symbol);

private:
    explicit SharedLibrary(void* handle) noexcept : handle_(handle) {}
    void* handle_;
};

}  // namespace enginesmith::loader
