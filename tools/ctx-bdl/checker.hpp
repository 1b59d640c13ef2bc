// Checks that what a file names exists and fits: Tracing Plane's link checks, and the attributes.

#pragma once

#include "ast.hpp"
#include "diagnostics.hpp"

#include <string>
#include <vector>

namespace ctx::bdlc {

enum class Imports : bool {
    trusted,   // a name that an import could declare is taken to fit
    resolved,  // Import::file says what was found
};

/// First pass, over every file: duplicate objects, attributes and numbers of bags.
void declare(File& file, Diagnostics& diagnostics);

/// Second pass: fields, their types, and whom they name. Fills in what the tree expects of it.
void check(File& file, Imports imports, Diagnostics& diagnostics);

/// The attributes of one field or bag: part of the passes above.
void check_attributes(Field& field, Diagnostics& diagnostics);
void check_attributes(Object& bag, Diagnostics& diagnostics);

/// The structs among the objects of a file, each behind those that it holds. Those of a cycle,
/// which check() reports, are left out.
[[nodiscard]] std::vector<const Object*> structs_in_order(const File& file);

/// How a message calls the type: "map<string, counter>".
[[nodiscard]] std::string spelling(const Type& type);

}  // namespace ctx::bdlc
