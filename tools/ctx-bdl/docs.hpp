// The words of the generated comments.

#pragma once

#include "ast.hpp"

#include <string>
#include <string_view>

namespace ctx::bdlc {

/// A comment of the .bb file, without what would harm in a C++ comment.
[[nodiscard]] std::string clean_doc(std::string_view doc);

/// "counter c = 23: the sum over all branches."
[[nodiscard]] std::string field_doc(const Field& field);

/// What a bag is, and how it is used.
[[nodiscard]] std::string bag_doc(const File& file, const Object& bag);

}  // namespace ctx::bdlc
