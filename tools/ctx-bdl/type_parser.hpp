// Reads the types of fields and the attributes in brackets.

#pragma once

#include "ast.hpp"
#include "token_reader.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace ctx::bdlc {

/// The primitive of that name.
[[nodiscard]] std::optional<Primitive> find_primitive(std::string_view name);
/// How a .bb file spells it.
[[nodiscard]] std::string_view spelling(Primitive primitive);

class TypeParser {
public:
    explicit TypeParser(TokenReader& in) : in_(in) {}

    /// False after an error from which the field is lost. `depth` counts the `<` around it.
    bool parse_type(Type& type, unsigned depth);
    /// `[name = value, ...]`; line breaks are allowed. What is wrong is reported and left out.
    std::vector<Attribute> parse_attributes();

private:
    bool parse_qualified(Type& type);
    bool parse_template(Type& type, unsigned depth);
    bool parse_arguments(Type& type, unsigned depth);
    bool parse_argument(Type& type, unsigned depth);
    bool parse_key(Type& type);
    bool parse_hops(Type& type);
    bool parse_attribute(Attribute& attribute);

    TokenReader& in_;
};

}  // namespace ctx::bdlc
