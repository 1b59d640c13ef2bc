// What is known about the thread that is ending.

#pragma once

namespace ctx::detail {

/// Whether `address` lies on the stack that the calling thread was started with. True if that
/// cannot be found out.
[[nodiscard]] bool is_on_this_stack(const void* address) noexcept;

}  // namespace ctx::detail
