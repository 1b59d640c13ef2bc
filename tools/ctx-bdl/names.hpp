// The C++ names of what is generated, and where two of them would be the same.

#pragma once

#include "ast.hpp"
#include "diagnostics.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ctx::bdlc {

/// "a::b" for "a.b"; empty for no package.
[[nodiscard]] std::string cpp_namespace(std::string_view package);

/// The class of an object: its name, with a trailing underscore where C++ or the generated code
/// needs the name for itself.
[[nodiscard]] std::string cpp_class(std::string_view name);

/// A member of the class generated for `owner`: `verb` is empty for the accessor, else "set_" and
/// the like. Keywords and members of the base class get a trailing underscore.
[[nodiscard]] std::string cpp_member(const Object& owner, std::string_view verb,
                                     const Field& field);

/// The verbs of a field's mutators.
[[nodiscard]] std::vector<std::string_view> mutators(const Type& type);

/// Whether a class that derives from the runtime's base finds something else under that name.
[[nodiscard]] bool is_base_member(std::string_view name);

/// The type that the innermost map of a field maps to; the type itself if it is no map.
[[nodiscard]] const Type& innermost(const Type& type);

/// Reports names that would be generated twice.
void check_names(const File& file, Diagnostics& diagnostics);

}  // namespace ctx::bdlc
