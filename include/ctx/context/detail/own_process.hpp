// Which process an object was made in: a forked child has its memory, but neither its threads nor
// what they would have unlocked.

#pragma once

#include <unistd.h>

namespace ctx::detail {

class OwnProcess {
public:
    /// Whether this is a child of the process that made the object.
    [[nodiscard]] bool is_another() const noexcept { return getpid() != id_; }

private:
    pid_t id_ = getpid();
};

}  // namespace ctx::detail
