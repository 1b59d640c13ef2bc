#include "names.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_map>
#include <utility>

namespace ctx::bdlc {
namespace {

// Sorted, for binary search. The last lines are macros of widespread headers.
constexpr std::string_view keywords[] = {"EOF",
                                         "NULL",
                                         "alignas",
                                         "alignof",
                                         "and",
                                         "and_eq",
                                         "asm",
                                         "assert",
                                         "auto",
                                         "bitand",
                                         "bitor",
                                         "bool",
                                         "break",
                                         "case",
                                         "catch",
                                         "char",
                                         "char16_t",
                                         "char32_t",
                                         "char8_t",
                                         "class",
                                         "co_await",
                                         "co_return",
                                         "co_yield",
                                         "compl",
                                         "concept",
                                         "const",
                                         "const_cast",
                                         "consteval",
                                         "constexpr",
                                         "constinit",
                                         "continue",
                                         "decltype",
                                         "default",
                                         "delete",
                                         "do",
                                         "double",
                                         "dynamic_cast",
                                         "else",
                                         "enum",
                                         "errno",
                                         "explicit",
                                         "export",
                                         "extern",
                                         "false",
                                         "float",
                                         "for",
                                         "friend",
                                         "goto",
                                         "if",
                                         "inline",
                                         "int",
                                         "linux",
                                         "long",
                                         "mutable",
                                         "namespace",
                                         "new",
                                         "noexcept",
                                         "not",
                                         "not_eq",
                                         "nullptr",
                                         "operator",
                                         "or",
                                         "or_eq",
                                         "private",
                                         "protected",
                                         "public",
                                         "register",
                                         "reinterpret_cast",
                                         "requires",
                                         "return",
                                         "short",
                                         "signed",
                                         "sizeof",
                                         "static",
                                         "static_assert",
                                         "static_cast",
                                         "stderr",
                                         "stdin",
                                         "stdout",
                                         "struct",
                                         "switch",
                                         "template",
                                         "this",
                                         "thread_local",
                                         "throw",
                                         "true",
                                         "try",
                                         "typedef",
                                         "typeid",
                                         "typename",
                                         "union",
                                         "unix",
                                         "unsigned",
                                         "using",
                                         "virtual",
                                         "void",
                                         "volatile",
                                         "wchar_t",
                                         "while",
                                         "xor",
                                         "xor_eq"};
static_assert(std::is_sorted(std::begin(keywords), std::end(keywords)));

// What ctx::bdl::Bag declares, and what each generated bag declares beside its fields.
constexpr std::string_view base_members[] = {"Bag",
                                             "BagCore",
                                             "Location",
                                             "add",
                                             "add_hop",
                                             "applied_to",
                                             "assign_baggage",
                                             "at",
                                             "bag_name",
                                             "baggage",
                                             "baggage_",
                                             "base_",
                                             "clear",
                                             "edit_bag",
                                             "empty",
                                             "erase_datum",
                                             "field_indexes",
                                             "fields",
                                             "found_in",
                                             "from",
                                             "get",
                                             "has_base_",
                                             "increment",
                                             "insert_datum",
                                             "number",
                                             "overflow",
                                             "own_number",
                                             "path",
                                             "path_",
                                             "put_into",
                                             "read",
                                             "refresh",
                                             "remember_base",
                                             "remove",
                                             "replaced_",
                                             "set",
                                             "set_bag",
                                             "set_content",
                                             "set_datum",
                                             "set_taint",
                                             "take_back",
                                             "touch",
                                             "touched_",
                                             "transfer",
                                             "view",
                                             "view_",
                                             "with"};

// Those of them that are types, and need not be called.
constexpr std::string_view base_types[] = {"Bag", "BagCore", "Location"};

// What each generated struct declares beside its fields.
constexpr std::string_view struct_members[] = {"Visitor", "visit", "visit_fields"};

bool is_keyword(std::string_view name) {
    return std::binary_search(std::begin(keywords), std::end(keywords), name);
}

bool is_one_of(std::string_view name, const auto& names) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string with_underscore(std::string name, bool needed) {
    return needed ? std::move(name) + '_' : std::move(name);
}

std::string part_of(std::string_view verb) {
    if (verb.empty()) {
        return "the accessor";
    }
    return verb == "set_" ? "the setter" : "a function";
}

// Names of one scope, and what took them.
class Scope {
public:
    explicit Scope(const SourceText& source, Diagnostics& diagnostics)
        : source_(source), diagnostics_(diagnostics) {}

    // `owner` says for whom: a field or an object. False after an error.
    bool add(const std::string& name, const std::string& part, std::string_view owner, Span where) {
        const auto [place, is_new] =
            taken_.try_emplace(name, Entry{part, std::string(owner), where});
        if (is_new || place->second.owner == owner) {
            return true;
        }
        const Entry& first = place->second;
        const std::size_t line = source_.position(first.where.begin).line;
        diagnostics_.error(where, "in C++ " + in_quotes(name) + " would name both " + part +
                                      " of " + in_quotes(owner) + " and " + first.part + " of " +
                                      in_quotes(first.owner) + " on line " + std::to_string(line) +
                                      "; rename one of them");
        return false;
    }

private:
    struct Entry {
        std::string part;
        std::string owner;
        Span where;
    };

    const SourceText& source_;
    Diagnostics& diagnostics_;
    std::unordered_map<std::string, Entry> taken_;
};

void check_members(const File& file, const Object& object, Diagnostics& diagnostics) {
    Scope members(file.source, diagnostics);
    for (const Field& field : object.fields) {
        if (!object.is_bag) {
            members.add(cpp_member(object, "", field), "the member", field.name, field.name_span);
            continue;
        }
        std::vector<std::string_view> verbs = mutators(field.type);
        verbs.insert(verbs.begin(), "");
        for (const std::string_view verb : verbs) {
            if (!members.add(cpp_member(object, verb, field), part_of(verb), field.name,
                             field.name_span)) {
                break;
            }
        }
    }
}

}  // namespace

std::string cpp_namespace(std::string_view package) {
    std::string result;
    while (!package.empty()) {
        const std::size_t dot = std::min(package.find('.'), package.size());
        const std::string_view part = package.substr(0, dot);
        // A nested namespace of that name would hide the one that the generated code means.
        const bool hides = part == "std" || (part == "ctx" && !result.empty());
        result += result.empty() ? "" : "::";
        result += with_underscore(std::string(part), hides || is_keyword(part));
        package.remove_prefix(std::min(dot + 1, package.size()));
    }
    return result;
}

std::string cpp_class(std::string_view name) {
    // In a class of the name of an inherited member, the name means the class; `key` follows a dot.
    const bool hides = name == "std" || name == "ctx" || name == "key" ||
                       (is_one_of(name, base_members) && !is_one_of(name, base_types));
    return with_underscore(std::string(name), hides || is_keyword(name));
}

std::string cpp_member(const Object& owner, std::string_view verb, const Field& field) {
    std::string name = std::string(verb) + field.name;
    const bool taken =
        is_keyword(name) || name == cpp_class(owner.name) ||
        (owner.is_bag ? is_one_of(name, base_members) : is_one_of(name, struct_members));
    return with_underscore(std::move(name), taken);
}

bool is_base_member(std::string_view name) {
    return is_one_of(name, base_members);
}

const Type& innermost(const Type& type) {
    const Type* inner = &type;
    while (inner->kind == Type::Kind::map) {
        inner = inner->argument.get();
    }
    return *inner;
}

std::vector<std::string_view> mutators(const Type& type) {
    const bool in_map = type.kind == Type::Kind::map;
    const Type& inner = innermost(type);
    std::vector<std::string_view> result;
    switch (inner.kind) {
        case Type::Kind::set:
            result = {"add_", in_map ? "remove_from_" : "remove_"};
            break;
        case Type::Kind::callpath:
            result = {"add_"};
            break;
        case Type::Kind::counter:
            result = {"increment_"};
            break;
        case Type::Kind::user:
            result = {"set_"};
            if (inner.resolved.object != nullptr && inner.resolved.object->is_bag) {
                result.emplace_back("edit_");
            }
            break;
        default:
            result = {"set_"};
            break;
    }
    if (in_map) {
        result.emplace_back("remove_");
    }
    if (type.kind != Type::Kind::counter) {
        result.emplace_back("clear_");
    }
    return result;
}

void check_names(const File& file, Diagnostics& diagnostics) {
    Scope classes(file.source, diagnostics);
    for (const Object& object : file.objects) {
        classes.add(cpp_class(object.name), "the class", object.name, object.name_span);
        check_members(file, object, diagnostics);
    }
}

}  // namespace ctx::bdlc
