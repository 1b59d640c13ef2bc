// Which classes C++ knows as a whole at which place of a generated header.

#pragma once

#include "ast.hpp"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ctx::bdlc {

class Completeness {
public:
    explicit Completeness(const File& file);

    /// Bags that are named before they are defined, in the order of the file.
    [[nodiscard]] const std::vector<const Object*>& forward() const { return forward_; }
    /// Types of files that import this one, each once.
    [[nodiscard]] const std::vector<const Type*>& foreign() const { return foreign_; }

    /// Whether the class that a field's type names, if any, is whole inside of class `owner`.
    [[nodiscard]] bool is_complete(const Type& type, const Object& owner) const;

private:
    std::unordered_map<const Object*, std::size_t> order_;  // of the bags of this file
    std::unordered_set<const File*> mutual_;
    std::vector<const Object*> forward_;
    std::vector<const Type*> foreign_;
};

}  // namespace ctx::bdlc
