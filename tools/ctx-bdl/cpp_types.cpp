#include "cpp_types.hpp"

#include "names.hpp"

#include <set>

namespace ctx::bdlc {
namespace {

struct Spelling {
    Primitive primitive;
    std::string_view wire;
    std::string_view value;
};

constexpr Spelling spellings[] = {
    {Primitive::taint, "Taint", "bool"},
    {Primitive::boolean, "Bool", "bool"},
    {Primitive::int32, "Int32", "std::int32_t"},
    {Primitive::int64, "Int64", "std::int64_t"},
    {Primitive::sint32, "Sint32", "std::int32_t"},
    {Primitive::sint64, "Sint64", "std::int64_t"},
    {Primitive::fixed32, "Fixed32", "std::uint32_t"},
    {Primitive::fixed64, "Fixed64", "std::uint64_t"},
    {Primitive::sfixed32, "Sfixed32", "std::int32_t"},
    {Primitive::sfixed64, "Sfixed64", "std::int64_t"},
    {Primitive::float32, "Float", "float"},
    {Primitive::float64, "Double", "double"},
    {Primitive::string, "String", "std::string_view"},
    {Primitive::bytes, "Bytes", "std::string_view"},
};

const Spelling& find(Primitive primitive) {
    for (const Spelling& spelling : spellings) {
        if (spelling.primitive == primitive) {
            return spelling;
        }
    }
    return spellings[0];
}

}  // namespace

std::string_view cpp_value(Primitive primitive) {
    return find(primitive).value;
}

std::string cpp_wire(Primitive primitive) {
    return "ctx::bdl::" + std::string(find(primitive).wire);
}

bool is_text(Primitive primitive) {
    return primitive == Primitive::string || primitive == Primitive::bytes;
}

bool is_bag(const Type& type) {
    return type.kind == Type::Kind::user && type.resolved.object != nullptr &&
           type.resolved.object->is_bag;
}

CppTypes::CppTypes(const File& file, const Object& owner) : file_(file) {
    for (const Field& field : owner.fields) {
        hidden_.insert(cpp_member(owner, "", field));
        if (!owner.is_bag) {
            continue;
        }
        for (const std::string_view verb : mutators(field.type)) {
            hidden_.insert(cpp_member(owner, verb, field));
        }
    }
}

std::string CppTypes::user(const Type& type) const {
    const std::string name = cpp_class(type.name);
    const std::string space = cpp_namespace(type.resolved.file->package);
    if (type.resolved.file->package == file_.package && !hidden_.contains(name) &&
        !is_base_member(name)) {
        return name;
    }
    return "::" + space + (space.empty() ? "" : "::") + name;
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
std::string CppTypes::wire(const Type& type) const {
    switch (type.kind) {
        case Type::Kind::primitive:
            return cpp_wire(type.primitive);
        case Type::Kind::user:
            return (is_bag(type) ? "ctx::bdl::BagOf<" : "ctx::bdl::Struct<") + user(type) + '>';
        case Type::Kind::set:
            return "ctx::bdl::Set<" + wire(*type.argument) + '>';
        case Type::Kind::map:
            return "ctx::bdl::Map<" + cpp_wire(type.primitive) + ", " + wire(*type.argument) + '>';
        case Type::Kind::counter:
            return "ctx::bdl::Counter";
        case Type::Kind::min:
            return "ctx::bdl::Min<" + wire(*type.argument) + '>';
        case Type::Kind::max:
            return "ctx::bdl::Max<" + wire(*type.argument) + '>';
        case Type::Kind::last:
            return "ctx::bdl::Last<" + wire(*type.argument) + '>';
        case Type::Kind::callpath:
            return "ctx::bdl::Callpath<" + std::to_string(type.hops) + '>';
    }
    return {};
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
std::string CppTypes::parameter(const Type& type) const {
    switch (type.kind) {
        case Type::Kind::primitive:
            return std::string(cpp_value(type.primitive));
        case Type::Kind::user:
            return "const " + user(type) + '&';
        case Type::Kind::counter:
            return "std::uint64_t";
        case Type::Kind::callpath:
            return "std::string_view";
        default:
            return parameter(*type.argument);
    }
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
std::string CppTypes::view(const Type& type) const {
    switch (type.kind) {
        case Type::Kind::primitive:
            if (type.primitive == Primitive::taint) {
                return "bool";
            }
            return "std::optional<" + std::string(cpp_value(type.primitive)) + '>';
        case Type::Kind::user:
            return is_bag(type) ? user(type) : "std::optional<" + user(type) + '>';
        case Type::Kind::set:
            return "ctx::bdl::SetView<" + wire(*type.argument) + '>';
        case Type::Kind::map:
            return "ctx::bdl::MapView<" + cpp_wire(type.primitive) + ", " + wire(*type.argument) +
                   '>';
        case Type::Kind::counter:
            return "ctx::bdl::CounterView";
        case Type::Kind::callpath:
            return "ctx::bdl::CallpathView";
        case Type::Kind::max:  // text is stored so that the greatest sorts first: read as a copy
            return is_text(type.argument->primitive) ? "std::optional<std::string>"
                                                     : view(*type.argument);
        default:
            return view(*type.argument);
    }
}

std::string CppTypes::member(const Type& type) const {
    if (type.kind == Type::Kind::user) {
        return user(type);
    }
    return is_text(type.primitive) ? "std::string" : std::string(cpp_value(type.primitive));
}

namespace {

// Which standard headers the spelling of a type needs.
// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
void add_headers(const Type& type, bool in_struct, std::set<std::string_view>& headers) {
    if (type.kind == Type::Kind::primitive || type.kind == Type::Kind::map) {
        if (is_text(type.primitive)) {
            headers.insert(in_struct ? "string" : "string_view");
        } else if (cpp_value(type.primitive).starts_with("std::")) {
            headers.insert("cstdint");
        }
    }
    if (type.kind == Type::Kind::last) {
        headers.insert("chrono");
    }
    if (type.kind == Type::Kind::callpath) {
        headers.insert("string_view");
    }
    if (type.kind == Type::Kind::max && is_text(type.argument->primitive)) {
        headers.insert("string");
    }
    if (is_bag(type)) {
        headers.insert("utility");
    }
    if (type.argument != nullptr) {
        add_headers(*type.argument, in_struct, headers);
    }
}

bool is_optional(const Type& type) {
    switch (type.kind) {
        case Type::Kind::primitive:
            return type.primitive != Primitive::taint;
        case Type::Kind::user:
            return !is_bag(type);
        case Type::Kind::min:
        case Type::Kind::max:
        case Type::Kind::last:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::vector<std::string_view> standard_headers(const File& file) {
    std::set<std::string_view> headers;
    for (const Object& object : file.objects) {
        if (object.is_bag) {
            headers.insert({"cstdint", "string_view"});
        }
        for (const Field& field : object.fields) {
            add_headers(field.type, !object.is_bag, headers);
            if (object.is_bag && is_optional(field.type)) {
                headers.insert("optional");
            }
            if (field.governance.any) {
                headers.insert("vector");
            }
        }
    }
    return {headers.begin(), headers.end()};
}

}  // namespace ctx::bdlc
