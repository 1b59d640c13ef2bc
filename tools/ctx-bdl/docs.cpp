#include "docs.hpp"

#include "checker.hpp"
#include "cpp_types.hpp"
#include "names.hpp"

#include <algorithm>

namespace ctx::bdlc {
namespace {

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
std::string merge_rule(const Type& type) {
    switch (type.kind) {
        case Type::Kind::primitive:
            switch (type.primitive) {
                case Primitive::taint:
                    return "true once any branch says so";
                case Primitive::boolean:
                    return "false wins where branches disagree";
                case Primitive::int32:
                case Primitive::int64:
                    return "the least where branches disagree, negative ones last";
                case Primitive::sint32:
                case Primitive::sint64:
                case Primitive::fixed32:
                case Primitive::fixed64:
                    return "the least where branches disagree";
                default:
                    return "the least in bytes where branches disagree";
            }
        case Type::Kind::user:
            return is_bag(type) ? "merged field by field"
                                : "the least in bytes where branches disagree";
        case Type::Kind::set:
            return "the union of all branches";
        case Type::Kind::map:
            return "the keys of all branches; for each, " + merge_rule(*type.argument);
        case Type::Kind::counter:
            return "the sum over all branches";
        case Type::Kind::min:
            return "the least value of all branches";
        case Type::Kind::max:
            return "the greatest value of all branches";
        case Type::Kind::last:
            return "the value that was set last, on any branch";
        case Type::Kind::callpath:
            return type.hops == 1 ? "the last hop"
                                  : "the last " + std::to_string(type.hops) + " hops, oldest first";
    }
    return {};
}

// A value that fits, for examples.
// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
std::string sample(const Type& type, const CppTypes& types) {
    switch (type.kind) {
        case Type::Kind::primitive:
            if (is_text(type.primitive)) {
                return "\"text\"";
            }
            return cpp_value(type.primitive) == "bool" ? "true" : "1";
        case Type::Kind::user:
            return types.user(type) + "{}";
        case Type::Kind::callpath:
            return "\"hop\"";
        default:
            return sample(*type.argument, types);
    }
}

// `bag.set_name("text");` for the first field of a bag.
std::string first_write(const Object& bag, const CppTypes& types) {
    const Field& field = bag.fields.front();
    std::string arguments;
    for (const Type* type = &field.type; type->kind == Type::Kind::map;
         type = type->argument.get()) {
        Type key;
        key.primitive = type->primitive;
        arguments += sample(key, types) + ", ";
    }
    const Type& inner = innermost(field.type);
    if (inner.kind == Type::Kind::counter) {
        arguments.resize(arguments.size() - std::min<std::size_t>(arguments.size(), 2));
    } else {
        arguments += sample(inner, types);
    }
    return "bag." + cpp_member(bag, mutators(field.type).front(), field) + '(' + arguments + ");";
}

bool is_harmless(std::string_view doc, std::size_t at) {
    const auto byte = static_cast<unsigned char>(doc[at]);
    if (byte < 0x20 || byte == 0x7F) {
        return false;
    }
    // What turns the direction of text: compilers warn of it, with reason.
    // U+202A to U+202E, U+2066 to U+2069.
    const std::string_view rest = doc.substr(at, 3);
    if (rest.size() < 3 || byte != 0xE2) {
        return true;
    }
    const auto second = static_cast<unsigned char>(rest[1]);
    const auto third = static_cast<unsigned char>(rest[2]);
    return !(second == 0x80 && third >= 0xAA && third <= 0xAE) &&
           !(second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

}  // namespace

std::string clean_doc(std::string_view doc) {
    std::string result;
    std::string line;
    const auto end_line = [&] {
        line.resize(line.find_last_not_of(' ') + 1);
        result += line + '\n';
        line.clear();
    };
    for (std::size_t at = 0; at < doc.size(); ++at) {
        if (doc[at] == '\n') {
            end_line();
        } else {
            const bool harmless = is_harmless(doc, at);
            line += harmless ? doc[at] : ' ';
            at += harmless || static_cast<unsigned char>(doc[at]) < 0x80 ? 0 : 2;
        }
    }
    while (result.ends_with("\n\n")) {
        result.pop_back();
    }
    return result == "\n" ? "" : result;
}

std::string field_doc(const Field& field) {
    std::string doc = clean_doc(field.doc);
    if (!doc.empty()) {
        return doc;
    }
    return spelling(field.type) + ' ' + field.name + " = " + std::to_string(field.index) + ": " +
           merge_rule(field.type) + '.';
}

std::string bag_doc(const File& file, const Object& bag) {
    const CppTypes types(file, bag);
    const std::string space = cpp_namespace(file.package);
    const std::string name = space + (space.empty() ? "" : "::") + cpp_class(bag.name);
    const std::string number = bag.number.has_value() ? "" : ", ctx::bdl::BagNumber{10}";
    std::string result = clean_doc(bag.doc);
    if (result.empty()) {
        result = "The bag " + file.package + (file.package.empty() ? "" : ".") + bag.name +
                 (bag.number.has_value() ? ", number " + std::to_string(*bag.number) : "") + ".\n";
    }
    result += "\n    auto bag = " + name + "::get(context" + number + ");\n";
    if (bag.fields.empty()) {
        return result + "    bag.empty();\n";
    }
    return result + "    " + first_write(bag, types) + "\n    context = " + name +
           "::with(context" + number + ", bag);\n";
}

}  // namespace ctx::bdlc
