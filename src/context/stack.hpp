// Who called: for reports about what went wrong, not for the hot path.

#pragma once

#include <string>
#include <vector>

namespace ctx::detail {

/// Up to 16 return addresses, innermost first. @param skip  frames to leave out, this function's
/// caller being the first.
[[nodiscard]] std::vector<void*> capture_stack(int skip);

/// "Mailer::send(Mail const&)+0x3c (./service+0x1f2a3)"; the name only where the object exports it.
[[nodiscard]] std::string describe_address(void* address);

}  // namespace ctx::detail
