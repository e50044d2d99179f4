#include "abi/table.h"

#include "base/failure.h"

namespace enginesmith::abi {
namespace {

int slotHere(const Slot& slot) noexcept {
#ifdef _WIN32
    return slot.msvc;
#else
    return slot.itanium;
#endif
}

}  // namespace

std::optional<int> Table::find(Method method) const noexcept {
    for (std::size_t i = 0; i < kSlotExceptionCount; ++i) {
        const SlotException& exception = kSlotExceptions[i];
        if (exception.version == version_ && exception.method == method) return slotHere(exception.slot);
    }
    const Slot& slot = flavour_->slots[static_cast<std::size_t>(method)];
    if (slot.itanium < 0 || version_ < slot.since) return std::nullopt;
    return slotHere(slot);
}

int Table::slot(Method method) const {
    const auto found = find(method);
    if (!found) {
        const std::string name = kMethodNames[static_cast<std::size_t>(method)];
        throw Failure("INTERNAL", name + " is not in the library's interface (" + std::string(flavour_->name) + ").",
                      "Report this with the log of the run.", {{"method", name}, {"table", flavour_->name}});
    }
    return *found;
}

std::optional<std::int32_t> Table::find(EnumId id, std::size_t index) const noexcept {
    const EnumValue& row = flavour_->enums[static_cast<std::size_t>(id)][index];
    if (!row.present || version_ < row.since) return std::nullopt;
    return row.value;
}

std::int32_t Table::valueOf(EnumId id, std::size_t index) const {
    const auto found = find(id, index);
    if (!found) {
        const std::string name = kEnumInfo[static_cast<std::size_t>(id)].names[index];
        throw Failure("BUILD_OPTION_UNSUPPORTED", "This library (" + std::string(flavour_->name) + ") has no " + name + ".",
                      "Leave the option at its default, or choose a library that has it.", {{"value", name}, {"table", flavour_->name}});
    }
    return *found;
}

std::optional<std::size_t> Table::indexOf(EnumId id, std::int32_t number) const noexcept {
    const EnumValue* rows = flavour_->enums[static_cast<std::size_t>(id)];
    for (std::size_t i = 0; i < kEnumInfo[static_cast<std::size_t>(id)].count; ++i) {
        if (rows[i].present && rows[i].value == number) return i;
    }
    return std::nullopt;
}

}  // namespace enginesmith::abi
