#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enginesmith::trt {

/// What an engine file says of itself in its first bytes.
struct EngineHeader {
    std::string flavour;
    std::string magic;
    std::optional<std::string> version;
    std::vector<std::string> targets;
    std::optional<std::uint32_t> targetMask;
    std::uint64_t planOffset = 0;
    /// JSON text of an Ultralytics prefix; empty where there is none.
    std::string metadata;
};

struct HeaderReading {
    std::optional<EngineHeader> header;
    std::string reason;
};

/// Reads a header without deserialising: only the first bytes of the file are looked at.
HeaderReading readHeader(const std::string& path);

/// The same for an engine in memory.
HeaderReading readHeader(const char* bytes, std::size_t size);

}  // namespace enginesmith::trt
