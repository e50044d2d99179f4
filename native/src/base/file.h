#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enginesmith {

/// Paths cross the boundary as UTF-8 on every system.
std::filesystem::path pathOf(const std::string& utf8);
std::string textOf(const std::filesystem::path& path);

/// Size of a regular file; throws FILE_NOT_FOUND, FILE_IS_DIRECTORY or FILE_UNREADABLE.
std::uint64_t fileSize(const std::string& path);

/// The whole file; throws like fileSize, and FILE_CHANGED where it got shorter while it was read.
std::vector<char> readFile(const std::string& path);

/// Up to `count` bytes from `offset`; fewer where the file ends.
std::vector<char> readPart(const std::string& path, std::uint64_t offset, std::uint64_t count);

/// Writes beside `path` and renames over it, so that a reader sees all of it or nothing. Throws DISK_FULL or OUT_NOT_WRITABLE.
void writeAtomically(const std::string& path, const void* data, std::size_t size);

}  // namespace enginesmith
