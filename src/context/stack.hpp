// Who called: for reports about what went wrong, not for the hot path.

#pragma once

#include <string>
#include <vector>

namespace ctx::detail {

/// Up to 16 return addresses, the first of them `from`: what __builtin_return_address(0) is in a
/// function that is not inlined. Without it on the stack, all that are there.
[[nodiscard]] std::vector<void*> capture_stack(const void* from);

/// "Mailer::send(Mail const&)+0x3c (./service+0x1f2a3)"; the name only where the object exports it.
[[nodiscard]] std::string describe_address(void* address);

}  // namespace ctx::detail
