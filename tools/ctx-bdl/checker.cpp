#include "checker.hpp"

#include "parser.hpp"
#include "type_parser.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace ctx::bdlc {
namespace {

std::string line_of(const File& file, Span span) {
    return "line " + std::to_string(file.source.position(span.begin).line);
}

std::string noun(const Object& object) {
    return object.is_bag ? "bag" : "struct";
}

// Reports what declares a name or a number a second time.
template <typename Key>
class Seen {
public:
    // Where it stood first, or null.
    const Span* add(const Key& key, Span where) {
        const auto [place, is_new] = first_.try_emplace(key, where);
        return is_new ? nullptr : &place->second;
    }

private:
    std::unordered_map<Key, Span> first_;
};

class Checker {
public:
    Checker(File& file, Imports imports, Diagnostics& diagnostics)
        : file_(file), imports_(imports), diagnostics_(diagnostics) {
        for (const Object& object : file.objects) {
            own_.try_emplace(object.name, &object);
        }
        for (auto import = file.imports.rbegin(); import != file.imports.rend(); ++import) {
            if (import->file == nullptr) {
                continue;
            }
            for (const Object& object : import->file->objects) {
                imported_[object.name].push_back({import->file, &object});
            }
        }
    }

    void run() {
        for (Object& object : file_.objects) {
            check_fields(object);
            for (Field& field : object.fields) {
                if (object.is_bag) {
                    check_bag_type(field.type);
                    check_attributes(field, diagnostics_);
                } else {
                    check_struct_type(field.type);
                }
            }
        }
        check_numbers();
        check_cycles();
    }

private:
    void error(Span where, std::string message) { diagnostics_.error(where, std::move(message)); }

    void check_fields(const Object& object) {
        Seen<std::string> names;
        Seen<std::uint32_t> indexes;
        for (const Field& field : object.fields) {
            if (const Span* first = names.add(field.name, field.name_span)) {
                error(field.name_span, "the " + noun(object) + " has two fields called " +
                                           in_quotes(field.name) + ", the first on " +
                                           line_of(file_, *first));
            }
            if (!object.is_bag) {
                continue;
            }
            if (const Span* first = indexes.add(field.index, field.index_span)) {
                error(field.index_span, "the bag has two fields with the number " +
                                            std::to_string(field.index) + ", the first on " +
                                            line_of(file_, *first));
            }
        }
    }

    // The number of a bag must be its own, as far as this file can see.
    void check_numbers() {
        std::unordered_map<std::uint32_t, std::string> owners;
        for (const Import& import : file_.imports) {
            if (import.file == nullptr || import.file == &file_) {
                continue;
            }
            for (const Object& object : import.file->objects) {
                if (object.number.has_value()) {
                    owners.try_emplace(*object.number, in_quotes(object.name) + " in " +
                                                           import.file->source.name());
                }
            }
        }
        for (const Object& object : file_.objects) {
            if (!object.number.has_value()) {
                continue;
            }
            if (*object.number == 0) {
                error(object.name_span, "the number 0 is taken by the string entries");
                continue;
            }
            const auto [owner, is_new] = owners.try_emplace(*object.number, in_quotes(object.name));
            if (!is_new) {
                error(object.name_span, "the number " + std::to_string(*object.number) +
                                            " is taken by bag " + owner->second);
            }
        }
    }

    // --- types of a bag's field

    void check_bag_type(Type& type) {
        if (levels(type) > max_levels) {
            error(type.span, "types nest deeper than " + std::to_string(max_levels) +
                                 " levels, which is what the format has room for");
        }
        check_nested_type(type);
    }

    // The header levels below the bag that a field of the type takes.
    // NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
    static unsigned levels(const Type& type) {
        switch (type.kind) {
            case Type::Kind::map:
                return 1 + levels(*type.argument);
            case Type::Kind::counter:
            case Type::Kind::callpath:
                return 2;
            default:
                return 1;
        }
    }

    // Recursion is bounded by the parser's depth.
    // NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
    void check_nested_type(Type& type) {
        switch (type.kind) {
            case Type::Kind::user:
                resolve(type);
                break;
            case Type::Kind::set:
                check_element(type, "an element of a set must be a primitive or a struct", true);
                break;
            case Type::Kind::map:
                check_nested_type(*type.argument);
                break;
            case Type::Kind::min:
                check_element(type, "min<> is of a primitive type other than taint", false);
                break;
            case Type::Kind::max:
                check_element(type, "max<> is of a primitive type other than taint", false);
                break;
            case Type::Kind::last:
                check_element(
                    type, "last<> is of a primitive type other than taint, or of a struct", true);
                break;
            default:
                break;
        }
    }

    void check_element(const Type& type, std::string rule, bool struct_fits) {
        Type& element = *type.argument;
        bool fits = element.kind == Type::Kind::primitive &&
                    (type.kind == Type::Kind::set || element.primitive != Primitive::taint);
        if (element.kind == Type::Kind::user) {
            if (!resolve(element)) {
                return;
            }
            fits = struct_fits &&
                   (element.resolved.object == nullptr || !element.resolved.object->is_bag);
        }
        if (!fits) {
            error(element.span, std::move(rule) + ", not " + described(element));
        }
    }

    void check_struct_type(Type& type) {
        if (type.kind == Type::Kind::user) {
            if (resolve(type) && type.resolved.object != nullptr && type.resolved.object->is_bag) {
                error(type.span, "a field of a struct must be a primitive or a struct, not " +
                                     described(type));
            }
        } else if (type.kind != Type::Kind::primitive) {
            error(type.span,
                  "a field of a struct must be a primitive or a struct, not " + described(type));
        }
    }

    static std::string described(const Type& type) {
        const bool bag = type.resolved.object != nullptr && type.resolved.object->is_bag;
        return (bag ? "the bag " : "") + in_quotes(spelling(type));
    }

    // --- names

    // False after an error. True and a null object: taken on trust.
    bool resolve(Type& type) {
        if (!type.qualified || type.package == file_.package) {
            if (const auto found = own_.find(type.name); found != own_.end()) {
                type.resolved = {&file_, found->second};
                return true;
            }
        }
        if (imports_ == Imports::trusted && (type.qualified || !file_.imports.empty())) {
            return true;
        }
        if (find_imported(type)) {
            return true;
        }
        if (!file_.lost_objects && !imports_are_missing()) {
            report_unknown(type);
        }
        return false;
    }

    bool find_imported(Type& type) const {
        const auto found = imported_.find(type.name);
        if (found == imported_.end()) {
            return false;
        }
        for (const Resolved& candidate : found->second) {
            if (!type.qualified || type.package == candidate.file->package) {
                type.resolved = candidate;
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] bool imports_are_missing() const {
        return std::any_of(file_.imports.begin(), file_.imports.end(), [](const Import& import) {
            return import.file == nullptr || import.file->lost_objects;
        });
    }

    void report_unknown(const Type& type) {
        if (!type.qualified && type.name == "flag") {
            return error(type.span, "unknown type 'flag'; it is called 'taint' now");
        }
        std::vector<std::string_view> known = {
            "taint",    "bool",     "int32", "int64",  "sint32", "sint64", "fixed32", "fixed64",
            "sfixed32", "sfixed64", "float", "double", "string", "bytes",  "counter"};
        for (const Object& object : file_.objects) {
            known.emplace_back(object.name);
        }
        // Enough hints are enough: a file may have very many names and very many errors.
        const bool shown = diagnostics_.errors() < Diagnostics::max_shown;
        std::string hint = shown ? did_you_mean(type.name, known) : "";
        if (hint.empty()) {
            hint = file_.imports.empty() ? ": no bag or struct of this file has that name"
                                         : ": neither this file nor one that it imports directly "
                                           "has a bag or struct of that name";
        }
        error(type.span, "unknown type " + in_quotes(spelling(type)) + hint);
    }

    // --- structs that hold themselves

    void check_cycles() {
        const auto ordered = structs_in_order(file_);
        const std::unordered_set<const Object*> good(ordered.begin(), ordered.end());
        for (const Object& object : file_.objects) {
            if (object.is_bag || good.contains(&object)) {
                continue;
            }
            for (const Field& field : object.fields) {
                const Object* held = field.type.resolved.object;
                if (held != nullptr && !held->is_bag && !good.contains(held) &&
                    field.type.resolved.file == &file_) {
                    const std::string way =
                        held == &object ? "" : ", by way of " + in_quotes(held->name);
                    error(field.type.span,
                          "the struct " + in_quotes(object.name) + " would hold itself" + way);
                    break;
                }
            }
        }
    }

    File& file_;
    Imports imports_;
    Diagnostics& diagnostics_;
    std::unordered_map<std::string_view, const Object*> own_;
    std::unordered_map<std::string_view, std::vector<Resolved>> imported_;  // last import first
};

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of types
std::string spelling(const Type& type) {
    switch (type.kind) {
        case Type::Kind::primitive:
            return std::string(spelling(type.primitive));
        case Type::Kind::user:
            return type.package + (type.qualified ? "." : "") + type.name;
        case Type::Kind::counter:
            return "counter";
        case Type::Kind::callpath:
            return "callpath<" + std::to_string(type.hops) + ">";
        case Type::Kind::map:
            return "map<" + std::string(spelling(type.primitive)) + ", " +
                   spelling(*type.argument) + ">";
        case Type::Kind::set:
            return "set<" + spelling(*type.argument) + ">";
        case Type::Kind::min:
            return "min<" + spelling(*type.argument) + ">";
        case Type::Kind::max:
            return "max<" + spelling(*type.argument) + ">";
        case Type::Kind::last:
            return "last<" + spelling(*type.argument) + ">";
    }
    return {};
}

void declare(File& file, Diagnostics& diagnostics) {
    Seen<std::string> names;
    for (Object& object : file.objects) {
        if (const Span* first = names.add(object.name, object.name_span)) {
            diagnostics.error(
                object.name_span,
                in_quotes(object.name) + " is declared twice, first on " + line_of(file, *first));
        }
        check_attributes(object, diagnostics);
    }
}

void check(File& file, Imports imports, Diagnostics& diagnostics) {
    Checker(file, imports, diagnostics).run();
}

}  // namespace ctx::bdlc
