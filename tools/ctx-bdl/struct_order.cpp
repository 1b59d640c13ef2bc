// The order in which structs can be defined in C++.

#include "checker.hpp"

#include <cstddef>
#include <unordered_map>
#include <unordered_set>

namespace ctx::bdlc {

// Kahn's algorithm: a chain of structs may be as long as a file is, too long for recursion.
std::vector<const Object*> structs_in_order(const File& file) {
    std::unordered_map<const Object*, std::size_t> missing;
    std::unordered_map<const Object*, std::vector<const Object*>> users;
    std::vector<const Object*> ready;
    for (const Object& object : file.objects) {
        if (object.is_bag) {
            continue;
        }
        std::unordered_set<const Object*> held;
        for (const Field& field : object.fields) {
            if (field.type.resolved.file == &file && field.type.resolved.object != nullptr) {
                held.insert(field.type.resolved.object);
            }
        }
        for (const Object* part : held) {
            users[part].push_back(&object);
        }
        missing[&object] = held.size();
        if (held.empty()) {
            ready.push_back(&object);
        }
    }
    for (std::size_t i = 0; i < ready.size(); ++i) {
        for (const Object* user : users[ready[i]]) {
            if (--missing[user] == 0) {
                ready.push_back(user);
            }
        }
    }
    return ready;
}

}  // namespace ctx::bdlc
