#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generated/abi_names.h"

namespace enginesmith::abi {

/// One row of a slot table. `since` counts as getInferLibVersion(); a negative slot: the table lacks the method.
struct Slot {
    std::int16_t itanium;
    std::int16_t msvc;
    std::int32_t since;
};

struct EnumValue {
    std::int32_t value;
    std::int32_t since;
    bool present;
};

struct EnumInfo {
    const char* const* names;
    std::size_t count;
};

/// A method that one exact version has in another place.
struct SlotException {
    std::int32_t version;
    Method method;
    Slot slot;
};

struct FlavourTable {
    const char* name;
    Interfaces interfaces;
    std::int32_t from;
    std::int32_t to;
    const Slot* slots;
    const EnumValue* const* enums;
};

extern const FlavourTable kFlavours[];
extern const std::size_t kFlavourCount;
extern const EnumInfo kEnumInfo[];
extern const char* const kMethodNames[];
extern const SlotException kSlotExceptions[];
extern const std::size_t kSlotExceptionCount;

/// The slots and enum values of one library version.
class Table {
public:
    Table(const FlavourTable& flavour, std::int32_t version) : flavour_(&flavour), version_(version) {}

    const char* name() const noexcept { return flavour_->name; }
    Interfaces interfaces() const noexcept { return flavour_->interfaces; }
    std::int32_t version() const noexcept { return version_; }

    bool has(Method method) const noexcept { return find(method).has_value(); }
    /// Throws INTERNAL where the library lacks the method: callers ask has() first.
    int slot(Method method) const;

    template <class E>
    bool has(E value) const noexcept {
        return find(EnumTraits<E>::id, static_cast<std::size_t>(value)).has_value();
    }
    /// The number by which this library knows `value`; throws BUILD_OPTION_UNSUPPORTED where it does not.
    template <class E>
    std::int32_t value(E logical) const {
        return valueOf(EnumTraits<E>::id, static_cast<std::size_t>(logical));
    }
    /// The logical value of a number that the library gave; empty where the table does not know it.
    template <class E>
    std::optional<E> toEnum(std::int32_t number) const noexcept {
        const auto index = indexOf(EnumTraits<E>::id, number);
        return index ? std::optional<E>(static_cast<E>(*index)) : std::nullopt;
    }
    /// Every logical value of an enum, over all tables.
    template <class E>
    static std::vector<E> all() {
        std::vector<E> values;
        for (std::size_t i = 0; i < kEnumInfo[static_cast<std::size_t>(EnumTraits<E>::id)].count; ++i) values.push_back(static_cast<E>(i));
        return values;
    }
    template <class E>
    static const char* nameOf(E logical) noexcept {
        return kEnumInfo[static_cast<std::size_t>(EnumTraits<E>::id)].names[static_cast<std::size_t>(logical)];
    }

private:
    std::optional<int> find(Method method) const noexcept;
    std::optional<std::int32_t> find(EnumId id, std::size_t index) const noexcept;
    std::int32_t valueOf(EnumId id, std::size_t index) const;
    std::optional<std::size_t> indexOf(EnumId id, std::int32_t number) const noexcept;

    const FlavourTable* flavour_;
    std::int32_t version_;
};

}  // namespace enginesmith::abi
