#include "two_tools/proxy.hpp"

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/carriers.hpp>

namespace two_tools {

// [snippet proxy]
std::string combine(std::string_view a, std::string_view b, std::size_t max_bytes) {
    const std::string left = ctx::decode_base64(a).value_or("");
    const std::string right = ctx::decode_base64(b).value_or("");
    return ctx::encode_base64url(ctx::trim_atoms(ctx::merge_atoms(left, right), max_bytes));
}
// [end]

}  // namespace two_tools
