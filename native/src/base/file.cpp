#include "base/file.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#ifdef _WIN32
#include <process.h>
#else
#include <unistd.h>
#endif

#include "base/failure.h"

namespace enginesmith {
namespace fs = std::filesystem;
namespace {

int processId() {
#ifdef _WIN32
    return _getpid();
#else
    return static_cast<int>(getpid());
#endif
}

/// A short name of its own: the target's name may already be as long as the file system allows.
fs::path temporaryBeside(const fs::path& target) {
    static std::atomic<unsigned> counter{0};
    return target.parent_path() / (".enginesmith-" + std::to_string(processId()) + "-" + std::to_string(counter++) + ".partial");
}

/// Removes the temporary unless it was renamed.
class Temporary {
public:
    explicit Temporary(fs::path path) : path_(std::move(path)) {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove(path_, ignored);
    }
    const fs::path& path() const { return path_; }
    void release() { path_.clear(); }

private:
    fs::path path_;
};

Failure writeFailure(const std::string& path, int error) {
    if (error == ENOSPC) {
        return {"DISK_FULL",
                "The disk filled up while writing " + path + ".",
                "Free some space, or choose another folder, and run it again.",
                {{"path", path}}};
    }
    return {"OUT_NOT_WRITABLE",
            "Cannot write " + path + ": " + std::strerror(error) + ".",
            "Choose a folder that you may write to.",
            {{"path", path}}};
}

Failure readFailure(const std::string& path, const std::string& reason) {
    return {
        "FILE_UNREADABLE", "Cannot read " + path + ": " + reason + ".", "Check that the file may be read by this user.", {{"path", path}}};
}

}  // namespace

fs::path pathOf(const std::string& utf8) { return fs::u8path(utf8); }
std::string textOf(const fs::path& path) { return path.u8string(); }

std::uint64_t fileSize(const std::string& path) {
    std::error_code error;
    const fs::path file = pathOf(path);
    const fs::file_status status = fs::status(file, error);
    if (status.type() == fs::file_type::not_found) {
        throw Failure("FILE_NOT_FOUND", "There is no file " + path + ".", "Check the path; choose the file again.", {{"path", path}});
    }
    if (status.type() == fs::file_type::directory) {
        throw Failure("FILE_IS_DIRECTORY", path + " is a folder, not a file.", "Choose a file.", {{"path", path}});
    }
    if (error) throw readFailure(path, error.message());
    const std::uintmax_t size = fs::file_size(file, error);
    if (error) throw readFailure(path, error.message());
    return size;
}

std::vector<char> readPart(const std::string& path, std::uint64_t offset, std::uint64_t count) {
    errno = 0;
    std::ifstream stream(pathOf(path), std::ios::binary);
    if (!stream) throw readFailure(path, std::strerror(errno == 0 ? EACCES : errno));
    std::vector<char> bytes(static_cast<std::size_t>(count));
    stream.seekg(static_cast<std::streamoff>(offset));
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return bytes;
}

std::vector<char> readFile(const std::string& path) {
    const std::uint64_t size = fileSize(path);
    std::vector<char> bytes = readPart(path, 0, size);
    if (bytes.size() != size)
        throw Failure("FILE_CHANGED", path + " changed while it was read.", "Run it again when nothing else writes the file.",
                      {{"path", path}});
    return bytes;
}

void writeAtomically(const std::string& path, const void* data, std::size_t size) {
    const fs::path target = pathOf(path);
    Temporary temporary(temporaryBeside(target));
    errno = 0;
    {
        std::ofstream stream(temporary.path(), std::ios::binary | std::ios::trunc);
        if (!stream) throw writeFailure(path, errno == 0 ? EACCES : errno);
        stream.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
        stream.close();
        if (!stream) throw writeFailure(path, errno == 0 ? EIO : errno);
    }
    std::error_code error;
    fs::rename(temporary.path(), target, error);
    if (error) throw writeFailure(path, error.value());
    temporary.release();
}

}  // namespace enginesmith
