#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "abi/table.h"

namespace enginesmith::abi {

enum class Flavour { tensorrt, tensorrtRtx };

const char* nameOf(Flavour flavour) noexcept;

/// What the version gate says of a library.
struct Gate {
    std::optional<Table> table;
    Flavour flavour;
    /// Why it is refused; empty where it is not.
    std::string refusal;
    /// Why it is taken with care: newer than what the tables were proven on.
    std::string warning;
};

/// Chooses the table of a library by getInferLibVersion(), never by its file name. A TensorRT-RTX that is newer than the tables is refused
/// (it broke its interface within a major version before); a newer 10.x or 11.x is taken with a warning, and its objects are probed.
Gate gate(std::int32_t version);

/// 101302 to `10.13.2`.
std::string versionText(std::int32_t version);

}  // namespace enginesmith::abi
