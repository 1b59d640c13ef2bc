#include "bag_writer.hpp"

#include "accessors.hpp"
#include "cpp_types.hpp"
#include "docs.hpp"
#include "governance.hpp"
#include "names.hpp"

#include <algorithm>
#include <string>

namespace ctx::bdlc {
namespace {

// Default arguments stand in the declaration alone.
Function outside(const Function& function, const std::string& name) {
    Function result = function;
    result.before = "inline ";
    result.name = name + "::" + function.name;
    for (std::string& parameter : result.parameters) {
        parameter = parameter.substr(0, parameter.find(" = "));
    }
    return result;
}

void write_constants(Layout& out, const File& file, const Object& bag) {
    const std::string full = file.package + (file.package.empty() ? "" : ".") + bag.name;
    out.line("static constexpr std::string_view bag_name =", 4, '"' + full + "\";");
    if (bag.number.has_value()) {
        out.line("static constexpr std::uint32_t number = " + std::to_string(*bag.number) + ';');
    }
    write_indexes(out, bag);
}

void write_accessors(Layout& out, const Object& bag, const CppTypes& types,
                     const Completeness& names) {
    for (std::size_t i = 0; i < bag.fields.size(); ++i) {
        const bool whole = names.is_complete(bag.fields[i].type, bag);
        out.line();
        for (const Accessor& accessor : accessors(bag, bag.fields[i], i, types)) {
            out.comment("///", accessor.doc);
            if (whole || accessor.always_in_class) {
                out.define(accessor.function, accessor.body, true);
            } else {
                out.declare(accessor.function);
            }
        }
    }
}

}  // namespace

void write_bag(Layout& out, const File& file, const Object& bag, const Completeness& names) {
    const CppTypes types(file, bag);
    const std::string name = cpp_class(bag.name);
    const std::size_t fields = std::max<std::size_t>(bag.fields.size(), 1);
    const std::string base = "Bag<" + name + ", " + std::to_string(fields) + '>';
    out.line();
    out.comment("///", bag_doc(file, bag));
    out.line("class " + name, 4, ": public ctx::bdl::" + base + " {");
    out.line("public:");
    out.indent();
    write_constants(out, file, bag);
    out.line();
    out.line("using ctx::bdl::" + base + "::Bag;");
    write_accessors(out, bag, types, names);
    write_governed_fields(out, bag, types);
    out.unindent();
    out.line("};");
}

void write_late_bodies(Layout& out, const File& file, const Object& bag,
                       const Completeness& names) {
    const CppTypes types(file, bag);
    for (std::size_t i = 0; i < bag.fields.size(); ++i) {
        if (names.is_complete(bag.fields[i].type, bag)) {
            continue;
        }
        for (const Accessor& accessor : accessors(bag, bag.fields[i], i, types)) {
            if (!accessor.always_in_class) {
                out.line();
                out.define(outside(accessor.function, cpp_class(bag.name)), accessor.body, false);
            }
        }
    }
}

}  // namespace ctx::bdlc
