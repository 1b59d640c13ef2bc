// The member functions of one field of a bag.

#pragma once

#include "ast.hpp"
#include "cpp_types.hpp"
#include "layout.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ctx::bdlc {

struct Accessor {
    std::string doc;
    Function function;
    Call body;
    /// A template, or nothing of a user's type: needs no class to be complete.
    bool always_in_class = false;
};

/// `ordinal` is the place of the field in the bag.
[[nodiscard]] std::vector<Accessor> accessors(const Object& bag, const Field& field,
                                              std::size_t ordinal, const CppTypes& types);

}  // namespace ctx::bdlc
