#include "accessors.hpp"

#include "docs.hpp"
#include "names.hpp"

#include <utility>

namespace ctx::bdlc {
namespace {

class AccessorMaker {
public:
    AccessorMaker(const Object& bag, const Field& field, std::size_t ordinal, const CppTypes& types)
        : bag_(bag),
          field_(field),
          types_(types),
          place_("at(" + std::to_string(ordinal) + ", " + std::to_string(field.index) + ")") {
        std::size_t maps = 0;
        for (const Type* type = &field.type; type->kind == Type::Kind::map;
             type = type->argument.get()) {
            ++maps;
            const std::string name = "key" + (maps == 1 ? "" : std::to_string(maps));
            keys_.push_back(std::string(cpp_value(type->primitive)) + ' ' + name);
            key_places_.push_back(".key<" + cpp_wire(type->primitive) + ">(" + name + ')');
        }
    }

    std::vector<Accessor> run() {
        add_reader();
        const Type& inner = innermost(field_.type);
        switch (inner.kind) {
            case Type::Kind::set:
                add_set(inner);
                break;
            case Type::Kind::counter:
                add_counter();
                break;
            case Type::Kind::callpath:
                add_callpath(inner);
                break;
            case Type::Kind::last:
                add_last(inner);
                break;
            default:
                is_bag(inner) ? add_bag(inner) : add_scalar(inner);
                break;
        }
        add_removers();
        return std::move(result_);
    }

private:
    // Where the innermost value is, or the entry below so many keys.
    [[nodiscard]] std::string place(std::size_t keys) const {
        std::string result = place_;
        for (std::size_t i = 0; i < keys; ++i) {
            result += key_places_[i];
        }
        return result;
    }
    [[nodiscard]] std::string place() const { return place(keys_.size()); }

    [[nodiscard]] std::vector<std::string> parameters(std::vector<std::string> last,
                                                      std::size_t keys) const {
        last.insert(last.begin(), keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(keys));
        return last;
    }

    void add(std::string_view verb, std::vector<std::string> last, Call body, std::string doc) {
        Accessor accessor;
        accessor.doc = std::move(doc);
        accessor.function.name = cpp_member(bag_, verb, field_);
        accessor.function.parameters = parameters(std::move(last), keys_.size());
        accessor.body = std::move(body);
        result_.push_back(std::move(accessor));
    }

    void add_reader() {
        Accessor accessor;
        accessor.doc = field_doc(field_);
        accessor.function.before = "[[nodiscard]] ";
        accessor.function.returns = types_.view(field_.type);
        accessor.function.name = cpp_member(bag_, "", field_);
        accessor.function.after = " const";
        accessor.body = {
            "return ", "read<" + types_.wire(field_.type) + '>', {std::to_string(field_.index)}};
        result_.push_back(std::move(accessor));
    }

    // Text with a declared size is cut where it is set.
    [[nodiscard]] bool is_limited(const Type& inner) const {
        return field_.governance.max.has_value() && types_.parameter(inner) == "std::string_view";
    }
    [[nodiscard]] std::string limited(const Type& inner) const {
        return is_limited(inner)
                   ? "ctx::utf8_prefix(value, " + std::to_string(*field_.governance.max) + ')'
                   : "value";
    }
    [[nodiscard]] std::string limit_doc(const Type& inner) const {
        return is_limited(inner) ? "Keeps at most " + std::to_string(*field_.governance.max) +
                                       " bytes, cut between characters."
                                 : "";
    }

    void add_scalar(const Type& inner) {
        const bool taint =
            inner.kind == Type::Kind::primitive && inner.primitive == Primitive::taint;
        const std::string callee = taint ? "set_taint" : "set<" + types_.wire(inner) + '>';
        add("set_", {types_.parameter(inner) + " value" + (taint ? " = true" : "")},
            {"", callee, {place(), limited(inner)}}, limit_doc(inner));
    }

    void add_last(const Type& inner) {
        const std::string callee = "set<" + types_.wire(inner) + '>';
        const std::string value = types_.parameter(inner) + " value";
        const std::string clock = "std::chrono::system_clock::";
        add("set_", {value}, {"", callee, {place(), limited(inner), clock + "now()"}},
            limit_doc(inner));
        add("set_", {value, clock + "time_point time"},
            {"", callee, {place(), limited(inner), "time"}}, "As of a given time.");
    }

    void add_set(const Type& inner) {
        const std::string element = types_.wire(*inner.argument) + '>';
        const std::string value = types_.parameter(inner) + " element";
        add("add_", {value}, {"", "add<" + element, {place(), "element"}}, "");
        add(keys_.empty() ? "remove_" : "remove_from_", {value},
            {"", "remove<" + element, {place(), "element"}}, "");
    }

    void add_counter() {
        add("increment_", {"std::uint64_t by = 1"}, {"", "increment", {place(), "by"}}, "");
    }

    void add_callpath(const Type& inner) {
        add("add_", {"std::string_view hop"},
            {"", "add_hop<" + std::to_string(inner.hops) + '>', {place(), "hop"}}, "");
    }

    void add_bag(const Type& inner) {
        add("set_", {types_.parameter(inner) + " value"}, {"", "set_bag", {place(), "value"}}, "");
        const std::string name = types_.user(inner);
        add("edit_", {"Edit&& edit"},
            {"", "edit_bag<" + name + '>', {place(), "std::forward<Edit>(edit)"}},
            "Calls edit(" + name + "&) with the bag in its place.");
        result_.back().function.template_line = "template <typename Edit>";
        result_.back().always_in_class = true;
    }

    void add_removers() {
        for (std::size_t keys = keys_.size(); keys > 0; --keys) {
            add("remove_", {}, {"", "clear", {place(keys)}},
                "Removes the entry, with all that is in it.");
            result_.back().function.parameters = parameters({}, keys);
            result_.back().always_in_class = true;
        }
        if (field_.type.kind != Type::Kind::counter) {
            add("clear_", {}, {"", "clear", {place_}}, "");
            result_.back().function.parameters.clear();
            result_.back().always_in_class = true;
        }
    }

    const Object& bag_;
    const Field& field_;
    const CppTypes& types_;
    std::string place_;
    std::vector<std::string> keys_;        // "std::string_view key"
    std::vector<std::string> key_places_;  // ".key<ctx::bdl::String>(key)"
    std::vector<Accessor> result_;
};

}  // namespace

std::vector<Accessor> accessors(const Object& bag, const Field& field, std::size_t ordinal,
                                const CppTypes& types) {
    return AccessorMaker(bag, field, ordinal, types).run();
}

}  // namespace ctx::bdlc
