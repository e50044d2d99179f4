#include "loader/library.h"

#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include "base/file.h"

namespace enginesmith::loader {

#ifdef _WIN32

std::shared_ptr<SharedLibrary> SharedLibrary::open(const std::string& pathOrName, std::string& reason) {
    const std::filesystem::path path = pathOf(pathOrName);
    // A file's own folder first, for what it depends on; never the current directory.
    const DWORD flags =
        path.is_absolute() ? LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS : LOAD_LIBRARY_SEARCH_DEFAULT_DIRS;
    HMODULE handle = LoadLibraryExW(path.c_str(), nullptr, flags);
    if (handle == nullptr && !path.is_absolute()) handle = LoadLibraryExW(path.c_str(), nullptr, 0);
    if (handle == nullptr) {
        reason = "the system could not load it (error " + std::to_string(GetLastError()) + ")";
        return nullptr;
    }
    return std::shared_ptr<SharedLibrary>(new SharedLibrary(handle));
}

SharedLibrary::~SharedLibrary() { FreeLibrary(static_cast<HMODULE>(handle_)); }

void* SharedLibrary::symbol(const char* name) const noexcept {
    return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(handle_), name));
}

std::string SharedLibrary::fileOf(void* symbol) {
    HMODULE module = nullptr;
    const DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    if (!GetModuleHandleExW(flags, static_cast<LPCWSTR>(symbol), &module)) return "";
    std::wstring name(32768, L'\0');
    name.resize(GetModuleFileNameW(module, name.data(), static_cast<DWORD>(name.size())));
    return textOf(std::filesystem::path(name));
}

#else

std::shared_ptr<SharedLibrary> SharedLibrary::open(const std::string& pathOrName, std::string& reason) {
    void* handle = dlopen(pathOrName.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* said = dlerror();
        reason = said != nullptr ? said : "the system could not load it";
        return nullptr;
    }
    return std::shared_ptr<SharedLibrary>(new SharedLibrary(handle));
}

SharedLibrary::~SharedLibrary() { dlclose(handle_); }

void* SharedLibrary::symbol(const char* name) const noexcept { return dlsym(handle_, name); }

std::string SharedLibrary::fileOf(void* symbol) {
    Dl_info info{};
    if (dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return "";
    std::error_code error;
    const std::filesystem::path path = std::filesystem::absolute(info.dli_fname, error);
    return error ? info.dli_fname : textOf(path);
}

#endif

}  // namespace enginesmith::loader
