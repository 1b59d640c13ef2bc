#include "completeness.hpp"

namespace ctx::bdlc {
namespace {

// The bag or struct at the bottom of a type, or null.
const Type* find_user(const Type& type) {
    const Type* at = &type;
    while (at->argument != nullptr) {
        at = at->argument.get();
    }
    return at->kind == Type::Kind::user ? at : nullptr;
}

}  // namespace

Completeness::Completeness(const File& file) {
    for (const Import& import : file.imports) {
        if (import.mutual) {
            mutual_.insert(import.file);
        }
    }
    for (const Object& object : file.objects) {
        if (object.is_bag) {
            order_.emplace(&object, order_.size());
        }
    }
    std::unordered_set<const Object*> early;
    for (const Object& object : file.objects) {
        for (const Field& field : object.fields) {
            if (!object.is_bag || is_complete(field.type, object)) {
                continue;
            }
            const Type* user = find_user(field.type);
            if (early.insert(user->resolved.object).second &&
                mutual_.contains(user->resolved.file)) {
                foreign_.push_back(user);
            }
        }
    }
    for (const Object& object : file.objects) {
        if (early.contains(&object)) {
            forward_.push_back(&object);
        }
    }
}

bool Completeness::is_complete(const Type& type, const Object& owner) const {
    const Type* user = find_user(type);
    if (user == nullptr) {
        return true;
    }
    if (mutual_.contains(user->resolved.file)) {
        return false;
    }
    const auto place = order_.find(user->resolved.object);
    return place == order_.end() || place->second <= order_.at(&owner);
}

}  // namespace ctx::bdlc
