#include "type_parser.hpp"

#include "parser.hpp"

#include <memory>
#include <string>
#include <utility>

namespace ctx::bdlc {
namespace {

struct NamedPrimitive {
    std::string_view name;
    Primitive primitive;
};

constexpr NamedPrimitive primitives[] = {
    {"taint", Primitive::taint},       {"bool", Primitive::boolean},
    {"int32", Primitive::int32},       {"int64", Primitive::int64},
    {"sint32", Primitive::sint32},     {"sint64", Primitive::sint64},
    {"fixed32", Primitive::fixed32},   {"fixed64", Primitive::fixed64},
    {"sfixed32", Primitive::sfixed32}, {"sfixed64", Primitive::sfixed64},
    {"float", Primitive::float32},     {"double", Primitive::float64},
    {"string", Primitive::string},     {"bytes", Primitive::bytes},
};

struct NamedTemplate {
    std::string_view name;
    Type::Kind kind;
};

constexpr NamedTemplate templates[] = {
    {"set", Type::Kind::set},         {"Set", Type::Kind::set},
    {"map", Type::Kind::map},         {"Map", Type::Kind::map},
    {"counter", Type::Kind::counter}, {"Counter", Type::Kind::counter},
    {"min", Type::Kind::min},         {"max", Type::Kind::max},
    {"last", Type::Kind::last},       {"callpath", Type::Kind::callpath},
};

const NamedTemplate* find_template(std::string_view name) {
    for (const NamedTemplate& candidate : templates) {
        if (candidate.name == name) {
            return &candidate;
        }
    }
    return nullptr;
}

constexpr std::string_view template_names[] = {"set", "map",  "counter", "min",
                                               "max", "last", "callpath"};

}  // namespace

std::optional<Primitive> find_primitive(std::string_view name) {
    for (const NamedPrimitive& candidate : primitives) {
        if (candidate.name == name) {
            return candidate.primitive;
        }
    }
    return std::nullopt;
}

std::string_view spelling(Primitive primitive) {
    for (const NamedPrimitive& candidate : primitives) {
        if (candidate.primitive == primitive) {
            return candidate.name;
        }
    }
    return "bytes";
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
bool TypeParser::parse_type(Type& type, unsigned depth) {
    const Token& first = in_.peek();
    if (first.kind != Token::Kind::name) {
        in_.expected("a type");
        return false;
    }
    type.span = first.span;
    type.name = in_.text(in_.take());
    bool good = true;
    if (in_.at('.')) {
        good = parse_qualified(type);
    } else if (in_.at('<')) {
        good = parse_template(type, depth);
    } else if (const auto primitive = find_primitive(type.name)) {
        type.kind = Type::Kind::primitive;
        type.primitive = *primitive;
    } else {
        const bool counter = type.name == "counter" || type.name == "Counter";
        type.kind = counter ? Type::Kind::counter : Type::Kind::user;
    }
    type.span.size = in_.previous().span.end() - type.span.begin;
    return good;
}

bool TypeParser::parse_qualified(Type& type) {
    type.kind = Type::Kind::user;
    type.qualified = true;
    bool tight = true;
    while (in_.at('.')) {
        tight = tight && in_.adjacent() && in_.adjacent(1);
        in_.take();
        if (in_.peek().kind != Token::Kind::name) {
            in_.expected("a name after '.'");
            return false;
        }
        type.package += (type.package.empty() ? "" : ".") + type.name;
        type.name = in_.text(in_.take());
    }
    if (!tight) {
        const std::uint32_t size = in_.previous().span.end() - type.span.begin;
        in_.error({type.span.begin, size}, "a qualified name has no blanks around '.'");
    }
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
bool TypeParser::parse_template(Type& type, unsigned depth) {
    const NamedTemplate* known = find_template(type.name);
    if (known == nullptr) {
        std::string hint = did_you_mean(type.name, template_names);
        if (hint.empty() || type.name == "list") {
            hint = "; only " + listed(template_names, "and") + " do";
        }
        in_.error(type.span, in_quotes(type.name) + " takes no '<'" + hint);
        return false;
    }
    if (!in_.adjacent()) {
        in_.error(in_.peek().span,
                  "no blank may stand between " + in_quotes(type.name) + " and '<'");
    }
    type.kind = known->kind;
    if (depth == max_levels) {
        in_.error(type.span, "types nest deeper than " + std::to_string(max_levels) +
                                 " levels, which is what the format has room for");
        return false;
    }
    in_.take();
    return parse_arguments(type, depth + 1);
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
bool TypeParser::parse_arguments(Type& type, unsigned depth) {
    bool good = true;
    if (type.kind == Type::Kind::counter) {
        if (!in_.at('>')) {
            in_.error(in_.peek().span, "a counter takes no argument: write 'counter'");
            return false;
        }
        if (!in_.adjacent()) {
            in_.error(in_.peek().span, "no blank may stand between '<' and '>' of a counter");
        }
    } else if (type.kind == Type::Kind::callpath) {
        good = parse_hops(type);
    } else {
        good = (type.kind != Type::Kind::map || parse_key(type)) && parse_argument(type, depth);
    }
    return good && in_.expect('>', "to close '<'");
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
bool TypeParser::parse_argument(Type& type, unsigned depth) {
    if (in_.peek().newline_before) {
        in_.error(in_.peek().span, "a type must stand on one line");
    }
    type.argument = std::make_unique<Type>();
    return parse_type(*type.argument, depth);
}

bool TypeParser::parse_key(Type& type) {
    const auto key = in_.peek().kind == Token::Kind::name ? find_primitive(in_.text(in_.peek()))
                                                          : std::optional<Primitive>();
    if (!key.has_value()) {
        in_.error(in_.peek().span, "the key of a map must be a primitive type, not " + in_.found());
        return false;
    }
    if (in_.peek().newline_before) {
        in_.error(in_.peek().span, "a type must stand on one line");
    }
    type.primitive = *key;
    in_.take();
    return in_.expect(',', "after the map's key type");
}

bool TypeParser::parse_hops(Type& type) {
    const Span where = in_.peek().span;
    const auto hops = in_.expect_number("the number of hops to keep, 1 to 255");
    if (!hops.has_value()) {
        return false;
    }
    if (*hops < 1 || *hops > 255) {
        in_.error(where, "a callpath keeps 1 to 255 hops, not " + std::to_string(*hops));
    }
    type.hops = *hops;
    return true;
}

std::vector<Attribute> TypeParser::parse_attributes() {
    std::vector<Attribute> result;
    const Span bracket = in_.take().span;
    do {
        Attribute attribute;
        if (!parse_attribute(attribute)) {
            while (!in_.at_end() && !in_.at(',') && !in_.at(']') && !in_.at(';') && !in_.at('}') &&
                   !in_.at('{')) {
                in_.take();
            }
        } else {
            result.push_back(std::move(attribute));
        }
    } while (in_.take_if(','));
    if (!in_.take_if(']')) {
        in_.error(in_.at_end() ? bracket : in_.peek().span,
                  "expected ',' or ']' in the list of attributes, found " + in_.found());
        while (!in_.at_end() && !in_.at(';') && !in_.at('}') && !in_.at('{') && !in_.take_if(']')) {
            in_.take();
        }
    }
    return result;
}

bool TypeParser::parse_attribute(Attribute& attribute) {
    if (in_.peek().kind != Token::Kind::name) {
        in_.expected("an attribute such as 'log = plain'");
        return false;
    }
    attribute.name_span = in_.peek().span;
    attribute.name = in_.text(in_.take());
    if (!in_.at('=')) {
        in_.expected("'=' and a value after " + in_quotes(attribute.name));
        return false;
    }
    in_.take();
    const Token& value = in_.peek();
    attribute.value_span = value.span;
    attribute.value = in_.text(value);
    switch (value.kind) {
        case Token::Kind::name:
            attribute.kind = Attribute::Kind::word;
            break;
        case Token::Kind::number:
            attribute.kind = Attribute::Kind::number;
            break;
        case Token::Kind::string:
            attribute.kind = Attribute::Kind::string;
            attribute.value.erase(0, 1);
            if (attribute.value.ends_with('"')) {
                attribute.value.pop_back();
            }
            break;
        default:
            in_.expected("a value for " + in_quotes(attribute.name));
            return false;
    }
    in_.take();
    return true;
}

}  // namespace ctx::bdlc
