#pragma once
#include <functional>
#include <string>
#include <vector>

namespace enginesmith::loader {

/// A path that was tried and why it did not serve.
struct Attempt {
    std::string path;
    std::string reason;
};

/// A file or folder that the caller names, and where the name came from (a setting, an environment, …).
struct Place {
    std::string path;
    std::string source;
};

/// Names of one library on this system: `stem` is what every file name of it begins with, `bareNames` what the system's loader is asked
/// for.
struct Names {
    std::string stem;
    std::vector<std::string> bareNames;
};

/// A file that has the right name.
struct Candidate {
    std::string path;
    std::string source;
};

/// Every file below the places whose name fits, in the order of the places and the newest name first within a folder; also looked in:
/// `tensorrt_libs`, `tensorrt_rtx_libs`, `lib`, `lib64`, `bin` below each. A place that has none is an attempt with the reason.
std::vector<Candidate> candidatesIn(const std::vector<Place>& places, const Names& names, std::vector<Attempt>& attempts);

/// The folders that the system's loader looks in, as far as that can be known: its own search must not meet a truncated file first.
std::vector<Place> systemPlaces();

/// Whether a bare name would be found in one of systemPlaces, whose files are looked at before they are opened.
bool isInSystemPlaces(const std::string& name);

/// The file beside `library` whose name begins with `names.stem` and has the same version tail, else any version's; empty if there is none.
std::string companionOf(const std::string& library, const Names& of, const Names& names);

/// True where `file` is the library's name with any version tail: `libx.so.10.6`, `x_10.dll`.
bool nameFits(const std::string& file, const std::string& stem);

}  // namespace enginesmith::loader
