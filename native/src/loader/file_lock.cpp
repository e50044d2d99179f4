#include "loader/file_lock.h"

#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#endif

#include "base/file.h"

namespace enginesmith::loader {

#ifdef _WIN32

FileLock::FileLock(const std::string& path)
    : handle_(CreateFileW(pathOf(path).c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_ALWAYS,
                          FILE_ATTRIBUTE_NORMAL, nullptr)) {
    OVERLAPPED whole{};
    if (handle_ != INVALID_HANDLE_VALUE) LockFileEx(handle_, LOCKFILE_EXCLUSIVE_LOCK, 0, MAXDWORD, MAXDWORD, &whole);
}

FileLock::~FileLock() {
    if (handle_ != INVALID_HANDLE_VALUE) CloseHandle(handle_);
}

#else

FileLock::FileLock(const std::string& path) : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (descriptor_ >= 0) ::flock(descriptor_, LOCK_EX);
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

#endif

}  // namespace enginesmith::loader
