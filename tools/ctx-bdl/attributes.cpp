// What the attributes in brackets may say, and of what.

#include "checker.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace ctx::bdlc {
namespace {

constexpr std::string_view sends[] = {"none", "inside", "partner", "outside"};
constexpr std::string_view logs[] = {"none", "plain", "hash", "mask"};
constexpr std::string_view truths[] = {"true", "false"};
constexpr std::string_view field_attributes[] = {"send", "log", "log_as", "label",
                                                 "span", "max", "default"};
constexpr std::string_view bag_attributes[] = {"number"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_single_valued(const Type& type) {
    switch (type.kind) {
        case Type::Kind::primitive:
        case Type::Kind::counter:
        case Type::Kind::min:
        case Type::Kind::max:
            return true;
        case Type::Kind::last:
            return type.argument->kind == Type::Kind::primitive;
        default:
            return false;
    }
}

// What Prometheus takes as the name of a label.
bool is_label(std::string_view name) {
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               (c >= '0' && c <= '9');
    };
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           !name.starts_with("__") && std::all_of(name.begin(), name.end(), is_part);
}

bool is_printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

class AttributeChecker {
public:
    explicit AttributeChecker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    // Whether the attribute exists, once.
    bool is_new(const Attribute& attribute, std::span<const std::string_view> known,
                std::string_view of) {
        if (!contains(known, attribute.name)) {
            std::string hint = did_you_mean(attribute.name, known);
            if (hint.empty()) {
                hint = "; there " + std::string(known.size() == 1 ? "is " : "are ") +
                       listed(known, "and");
            }
            diagnostics_.error(attribute.name_span, "unknown attribute " +
                                                        in_quotes(attribute.name) + " of a " +
                                                        std::string(of) + hint);
            return false;
        }
        if (!seen_.insert(attribute.name).second) {
            diagnostics_.error(attribute.name_span,
                               "the attribute " + in_quotes(attribute.name) + " is given twice");
            return false;
        }
        return true;
    }

    std::string word(const Attribute& attribute, std::span<const std::string_view> words) {
        if (attribute.kind == Attribute::Kind::word && contains(words, attribute.value)) {
            return attribute.value;
        }
        std::string message = in_quotes(attribute.name) + " must be " + listed(words, "or") +
                              ", not " + in_quotes(attribute.value);
        refuse(attribute, std::move(message) + did_you_mean(attribute.value, words));
        return {};
    }

    std::string text(const Attribute& attribute) {
        if (attribute.kind != Attribute::Kind::string) {
            refuse(attribute, in_quotes(attribute.name) + " must be a text in '\"'");
            return {};
        }
        if (!is_printable(attribute.value)) {
            refuse(attribute, in_quotes(attribute.name) + " must not contain control characters");
            return {};
        }
        return attribute.value;
    }

    std::optional<std::uint32_t> number(const Attribute& attribute, std::uint32_t least) {
        std::uint32_t number = 0;
        const char* begin = attribute.value.data();
        const auto result = std::from_chars(begin, begin + attribute.value.size(), number);
        if (attribute.kind != Attribute::Kind::number || result.ec != std::errc() ||
            number < least) {
            refuse(attribute, in_quotes(attribute.name) + " must be a number from " +
                                  std::to_string(least) + " to 4294967295");
            return std::nullopt;
        }
        return number;
    }

    void refuse(const Attribute& attribute, std::string message) {
        diagnostics_.error(attribute.value_span, std::move(message));
    }

private:
    Diagnostics& diagnostics_;
    std::unordered_set<std::string> seen_;
};

void apply(AttributeChecker& checker, const Attribute& attribute, Governance& governance) {
    const std::string& name = attribute.name;
    governance.any = true;
    if (name == "send") {
        governance.send = checker.word(attribute, sends);
    } else if (name == "log") {
        governance.log = checker.word(attribute, logs);
    } else if (name == "span") {
        governance.span = checker.word(attribute, truths) == "true";
    } else if (name == "max") {
        governance.max = checker.number(attribute, 1);
    } else if (name == "default") {
        governance.default_value = checker.text(attribute);
    } else if (name == "log_as") {
        governance.log_as = checker.text(attribute);
        if (attribute.kind == Attribute::Kind::string && attribute.value.empty()) {
            checker.refuse(attribute, "the name in log lines must not be empty");
        }
    } else {
        governance.label = checker.text(attribute);
        if (attribute.kind == Attribute::Kind::string && !is_label(attribute.value)) {
            checker.refuse(attribute, in_quotes(attribute.value) +
                                          " cannot name a label: a letter or '_' comes first, then "
                                          "letters, digits and '_', and '__' does not begin it");
        }
    }
}

}  // namespace

void check_attributes(Field& field, Diagnostics& diagnostics) {
    AttributeChecker checker(diagnostics);
    const Attribute* log_as = nullptr;
    for (const Attribute& attribute : field.attributes) {
        if (!checker.is_new(attribute, field_attributes, "field")) {
            continue;
        }
        const bool fits_all = attribute.name == "send" || attribute.name == "max";
        if (!fits_all && !is_single_valued(field.type)) {
            diagnostics.error(attribute.name_span, in_quotes(attribute.name) +
                                                       " needs a field with a single value, not " +
                                                       in_quotes(spelling(field.type)));
            continue;
        }
        log_as = attribute.name == "log_as" ? &attribute : log_as;
        apply(checker, attribute, field.governance);
    }
    const std::string& log = field.governance.log;
    const bool asks_for_log = std::any_of(field.attributes.begin(), field.attributes.end(),
                                          [](const Attribute& a) { return a.name == "log"; });
    if (log_as != nullptr && (log == "none" || !asks_for_log)) {
        diagnostics.error(log_as->name_span,
                          "'log_as' names what is not logged; add 'log = plain', 'hash' or 'mask'");
    }
}

void check_attributes(Object& bag, Diagnostics& diagnostics) {
    AttributeChecker checker(diagnostics);
    for (const Attribute& attribute : bag.attributes) {
        if (checker.is_new(attribute, bag_attributes, "bag")) {
            bag.number = checker.number(attribute, 0);
        }
    }
}

}  // namespace ctx::bdlc
