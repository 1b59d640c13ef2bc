// ctx/context/self_check.hpp: finds a second copy of ctx in the process.
//
//     if (!ctx::self_check().ok()) std::cerr << ctx::self_check().to_string() << '\n';
//
// Two copies (a static one in the program, another in a plugin) mean two current contexts: requests
// lose their identity at the border. Link the shared library everywhere, or have one binary.
//
// Threads   Safe from any thread.
// Errors    Never fails.
// Cost      Walks the loaded objects: for start-up and tests.

#pragma once

#include <ctx/export.hpp>

#include <string>
#include <vector>

namespace ctx {

struct SelfCheck {
    /// Files (or "the program") that hold a copy of the thread-local word.
    std::vector<std::string> copies;

    [[nodiscard]] bool ok() const noexcept { return copies.size() == 1; }
    [[nodiscard]] CTX_EXPORT std::string to_string() const;
};

[[nodiscard]] CTX_EXPORT SelfCheck self_check();

}  // namespace ctx
