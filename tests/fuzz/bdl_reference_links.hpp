// The link checks and the attributes of the second reader of .bb files.

#pragma once

#include "fuzz/bdl_reference.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace ctx::test {

/// The link checks.
class BdlReferenceLinks {
public:
    explicit BdlReferenceLinks(const BdlFile& file) : file_(file) {}

    bool good() {
        std::set<std::string> names;
        std::set<std::uint64_t> numbers;
        for (const BdlObject& object : file_.objects) {
            if (!names.insert(object.name).second || !bag_attributes(object, numbers) ||
                !fields(object) || (!object.is_bag && holds(object, object.name, 0))) {
                return false;
            }
        }
        return true;
    }

private:
    enum class Found { bag, structure, trusted, nothing };

    [[nodiscard]] const BdlObject* own(const BdlType& type) const {
        if (type.package.empty() || type.package == file_.package) {
            for (const BdlObject& object : file_.objects) {
                if (object.name == type.name) {
                    return &object;
                }
            }
        }
        return nullptr;
    }
    [[nodiscard]] Found find(const BdlType& type) const {
        if (const BdlObject* object = own(type)) {
            return object->is_bag ? Found::bag : Found::structure;
        }
        return !type.package.empty() || file_.imports ? Found::trusted : Found::nothing;
    }
    [[nodiscard]] bool may_be_struct(const BdlType& type) const {
        const Found found = find(type);
        return type.word.empty() && (found == Found::structure || found == Found::trusted);
    }

    [[nodiscard]] bool holds(const BdlObject& object, const std::string& wanted,
                             std::size_t depth) const {
        if (depth > file_.objects.size()) {
            return true;
        }
        return std::any_of(object.fields.begin(), object.fields.end(), [&](const BdlField& field) {
            const BdlObject* part = field.type.word.empty() ? own(field.type) : nullptr;
            return part != nullptr && !part->is_bag &&
                   (part->name == wanted || holds(*part, wanted, depth + 1));
        });
    }

    static unsigned levels(const BdlType& type) {
        if (type.word == "map") {
            return 1 + levels(type.of.front());
        }
        return type.word == "counter" || type.word == "callpath" ? 2 : 1;
    }
    [[nodiscard]] bool fits(const BdlType& type) const {
        if (type.word.empty()) {
            return find(type) != Found::nothing;
        }
        if (type.word == "map") {
            return fits(type.of.front());
        }
        if (type.of.empty()) {
            return true;
        }
        const BdlType& of = type.of.front();
        const bool primitive = BdlReference::is_primitive(of.word);
        if (type.word == "set") {
            return primitive || may_be_struct(of);
        }
        return (primitive && of.word != "taint") || (type.word == "last" && may_be_struct(of));
    }

    bool fields(const BdlObject& object) {
        std::set<std::string> names;
        std::set<std::uint64_t> indexes;
        for (const BdlField& field : object.fields) {
            const auto index = BdlReference::number(field.index);
            if (!names.insert(field.name).second) {
                return false;
            }
            if (!object.is_bag) {
                if (!BdlReference::is_primitive(field.type.word) && !may_be_struct(field.type)) {
                    return false;
                }
            } else if (!index.has_value() || !indexes.insert(*index).second || !fits(field.type) ||
                       levels(field.type) > 15 || !field_attributes(field)) {
                return false;
            }
        }
        return true;
    }

    static bool bag_attributes(const BdlObject& bag, std::set<std::uint64_t>& numbers) {
        if (bag.attributes.empty()) {
            return true;
        }
        const BdlAttribute& attribute = bag.attributes.front();
        return bag.attributes.size() == 1 && attribute.name == "number" && attribute.kind == 'n' &&
               BdlReference::number(attribute.value).value_or(0) != 0 &&
               numbers.insert(*BdlReference::number(attribute.value)).second;
    }

    static bool field_attributes(const BdlField& field) {
        std::map<std::string, BdlAttribute> given;
        for (const BdlAttribute& attribute : field.attributes) {
            if (!given.emplace(attribute.name, attribute).second ||
                !field_attribute(field.type, attribute)) {
                return false;
            }
        }
        return !given.contains("log_as") ||
               (given.contains("log") && given.at("log").value != "none");
    }
    static bool field_attribute(const BdlType& type, const BdlAttribute& attribute) {
        const std::string& name = attribute.name;
        const std::string& value = attribute.value;
        const auto one_of = [&](const std::set<std::string>& words) {
            return attribute.kind == 'w' && words.contains(value);
        };
        if (name == "send") {
            return one_of({"none", "inside", "partner", "outside"});
        }
        if (name == "max") {
            return attribute.kind == 'n' && BdlReference::number(value).value_or(0) >= 1;
        }
        const bool wrapped = type.word == "min" || type.word == "max" ||
                             (type.word == "last" && !type.of.front().word.empty());
        if (!BdlReference::is_primitive(type.word) && type.word != "counter" && !wrapped) {
            return false;
        }
        if (name == "log") {
            return one_of({"none", "plain", "hash", "mask"});
        }
        if (name == "span") {
            return one_of({"true", "false"});
        }
        const bool text =
            attribute.kind == 's' && std::none_of(value.begin(), value.end(), [](char c) {
                return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
            });
        if (name == "default") {
            return text;
        }
        if (name == "log_as") {
            return text && !value.empty();
        }
        return name == "label" && text && !value.empty() && value.rfind("__", 0) != 0 &&
               value.find_first_not_of(
                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                   "0123456789") == std::string::npos &&
               !(value.front() >= '0' && value.front() <= '9');
    }

    const BdlFile& file_;
};

inline bool bdl_reference_accepts(std::string_view text) {
    const auto file = BdlReference::read(text);
    return file.has_value() && BdlReferenceLinks(*file).good();
}

}  // namespace ctx::test
