#include "loader/search.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/file.h"

namespace enginesmith::loader {
namespace fs = std::filesystem;
namespace {

constexpr const char* kBelow[] = {"", "tensorrt_libs", "tensorrt_rtx_libs", "lib", "lib64", "bin"};

#ifdef _WIN32
constexpr char kPathSeparator = ';';
constexpr const char* kSearchVariable = "PATH";
constexpr char kVersionSeparator = '_';
#else
constexpr char kPathSeparator = ':';
constexpr const char* kSearchVariable = "LD_LIBRARY_PATH";
constexpr char kVersionSeparator = '.';
#endif

/// The part of a file name that tells the version: `.10.6` of `libnvinfer.so.10.6`, `_10` of `nvinfer_10.dll`.
std::string tailOf(const std::string& file, const std::string& stem) {
#ifdef _WIN32
    constexpr std::size_t kExtension = 4;
    return file.substr(stem.size(), file.size() - stem.size() - kExtension);
#else
    return file.substr(stem.size());
#endif
}

/// Numbers of a version tail, for ordering: `.10.6` before `.10`, `.11` before `.10`.
std::vector<int> numbersOf(const std::string& tail) {
    std::vector<int> numbers;
    std::size_t at = 0;
    while (at < tail.size()) {
        ++at;  // the separator
        std::size_t end = std::min(tail.find(kVersionSeparator, at), tail.size());
        numbers.push_back(std::atoi(tail.substr(at, end - at).c_str()));
        at = end;
    }
    return numbers;
}

std::vector<std::string> fittingIn(const fs::path& folder, const std::string& stem) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const std::string name = textOf(it->path().filename());
        if (nameFits(name, stem)) files.push_back(name);
    }
    std::sort(files.begin(), files.end(),
              [&](const std::string& a, const std::string& b) { return numbersOf(tailOf(a, stem)) > numbersOf(tailOf(b, stem)); });
    return files;
}

/// Symlinks to one file (`libx.so.1` and `libx.so.1.7`) are one candidate.
bool firstOfItsFile(const fs::path& path, std::set<std::string>& seen) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    return seen.insert(textOf(error ? path : real)).second;
}

}  // namespace

bool nameFits(const std::string& file, const std::string& stem) {
    if (file.compare(0, stem.size(), stem) != 0) return false;
#ifdef _WIN32
    if (file.size() < stem.size() + 4) return false;
    std::string extension = file.substr(file.size() - 4);
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (extension != ".dll") return false;
#endif
    const std::string tail = tailOf(file, stem);
    for (std::size_t i = 0; i < tail.size(); ++i) {
        const bool separator = tail[i] == kVersionSeparator, digit = tail[i] >= '0' && tail[i] <= '9';
        if (i == 0 ? !separator : !(separator || digit)) return false;
    }
    return tail.empty() || tail.back() != kVersionSeparator;
}

std::vector<Candidate> candidatesIn(const std::vector<Place>& places, const Names& names, std::vector<Attempt>& attempts) {
    std::vector<Candidate> candidates;
    std::set<std::string> seen;
    for (const Place& place : places) {
        std::error_code error;
        const fs::path root = pathOf(place.path);
        const fs::file_status status = fs::status(root, error);
        if (status.type() == fs::file_type::not_found) {
            attempts.push_back({place.path, "there is no such file or folder (" + place.source + ")"});
            continue;
        }
        if (status.type() != fs::file_type::directory) {
            if (firstOfItsFile(root, seen)) candidates.push_back({place.path, place.source});
            continue;
        }
        bool any = false;
        for (const char* below : kBelow) {
            const fs::path folder = *below == '\0' ? root : root / below;
            for (const std::string& file : fittingIn(folder, names.stem)) {
                any = true;
                if (firstOfItsFile(folder / file, seen)) candidates.push_back({textOf(folder / file), place.source});
            }
        }
        if (!any) attempts.push_back({place.path, "there is no " + names.stem + " in this folder (" + place.source + ")"});
    }
    return candidates;
}

std::vector<Place> systemPlaces() {
    std::vector<Place> places;
    if (const char* variable = std::getenv(kSearchVariable)) {
        const std::string value = variable;
        std::size_t at = 0;
        while (at <= value.size()) {
            const std::size_t end = std::min(value.find(kPathSeparator, at), value.size());
            if (end > at) places.push_back({value.substr(at, end - at), kSearchVariable});
            at = end + 1;
        }
    }
#ifndef _WIN32
    for (const char* folder : {"/usr/local/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
                               "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib"}) {
        places.push_back({folder, "system"});
    }
#endif
    std::vector<Place> there;
    for (const Place& place : places) {
        std::error_code error;
        if (fs::is_directory(pathOf(place.path), error)) there.push_back(place);
    }
    return there;
}

bool isInSystemPlaces(const std::string& name) {
    const std::vector<Place> places = systemPlaces();
    return std::any_of(places.begin(), places.end(), [&](const Place& place) {
        std::error_code error;
        return fs::exists(pathOf(place.path) / pathOf(name), error);
    });
}

std::string companionOf(const std::string& library, const Names& of, const Names& names) {
    const fs::path path = pathOf(library);
    const std::string file = textOf(path.filename());
    const std::vector<std::string> files = fittingIn(path.parent_path(), names.stem);
    if (nameFits(file, of.stem)) {
        const std::string tail = tailOf(file, of.stem);
        for (const std::string& candidate : files) {
            if (tailOf(candidate, names.stem) == tail) return textOf(path.parent_path() / candidate);
        }
    }
    return files.empty() ? "" : textOf(path.parent_path() / files.front());
}

}  // namespace enginesmith::loader
