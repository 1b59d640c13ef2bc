// How the types of fields are spelled in C++.

#pragma once

#include "ast.hpp"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace ctx::bdlc {

/// The types as they are spelled inside one generated class.
class CppTypes {
public:
    CppTypes(const File& file, const Object& owner);

    /// The runtime's type of a field: "ctx::bdl::Set<ctx::bdl::String>".
    [[nodiscard]] std::string wire(const Type& type) const;
    /// How a value comes in: "std::string_view".
    [[nodiscard]] std::string parameter(const Type& type) const;
    /// What an accessor returns: "std::optional<std::string_view>".
    [[nodiscard]] std::string view(const Type& type) const;
    /// A member of a struct: "std::string".
    [[nodiscard]] std::string member(const Type& type) const;
    /// The class of a bag or a struct.
    [[nodiscard]] std::string user(const Type& type) const;

private:
    const File& file_;
    std::unordered_set<std::string> hidden_;  // names that mean something else inside the class
};

/// "std::int32_t" and the like; text as a view.
[[nodiscard]] std::string_view cpp_value(Primitive primitive);
/// "ctx::bdl::Int32" and the like.
[[nodiscard]] std::string cpp_wire(Primitive primitive);

[[nodiscard]] bool is_text(Primitive primitive);
/// A user type that is a bag.
[[nodiscard]] bool is_bag(const Type& type);

/// The standard headers that the generated code for a file needs, sorted.
[[nodiscard]] std::vector<std::string_view> standard_headers(const File& file);

}  // namespace ctx::bdlc
