#pragma once
#include <optional>
#include <string>
#include <vector>

#include "loader/search.h"
#include "trt/library.h"

namespace enginesmith::trt {

struct Found {
    LibraryPtr library;
    std::vector<loader::Attempt> attempts;
    std::vector<std::string> warnings;
};

/// Looks in the places in their order, then where the system looks; keeps every failed attempt with its reason.
Found findLibrary(abi::Flavour flavour, const std::vector<loader::Place>& places, bool system);

}  // namespace enginesmith::trt
