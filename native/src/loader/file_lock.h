#pragma once
#include <string>

namespace enginesmith::loader {

/// Holds a file's lock, which other processes respect, while it lives; waits for it. The file is made where it is not there and stays.
/// Where the system has no lock for that file (some network drives) it holds nothing, silently: what it guards is replaced atomically.
class FileLock {
public:
    explicit FileLock(const std::string& path);
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();

private:
#ifdef _WIN32
    void* handle_;
#else
    int descriptor_;
#endif
};

}  // namespace enginesmith::loader
