// ctx/context/boundary.hpp: what an executor puts around a task it runs for somebody else.
//
//     void worker(Task task) {
//         ctx::Boundary boundary{std::move(task.captured)};   // captured when it was submitted
//         task.run();
//     }                                                       // whatever the task left is gone
//
// Threads   Belongs to the thread that made it.
// Errors    Scopes that the task left open are counted (`ctx_scope_left_open_total`), dropped, and
//           reported as set_scope_misuse_policy() says; with `abort` the place is named.
// Cost      As Scope: moves, no atomic, no allocation.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/detail/word.hpp>
#include <ctx/export.hpp>

#include <utility>

namespace ctx {

/// Runs what is inside with `context` as current and no open Scope, and puts the thread back
/// exactly as it was, whatever happened inside.
class [[nodiscard]] Boundary {
public:
    [[nodiscard]] explicit Boundary(Context context) noexcept {
        detail::Word& word = detail::word();
        saved_.node = detail::load_half(word.node);
        saved_.top = detail::load_half(word.top);
        detail::store_half(word.top, static_cast<Scope*>(nullptr));
        detail::store_half(word.node, context.release());
        detail::publish_word();
    }

    ~Boundary() {
        detail::Word& word = detail::word();
        const detail::Word left{detail::load_half(word.node), detail::load_half(word.top)};
        detail::store_half(word.node, saved_.node);
        detail::store_half(word.top, saved_.top);
        detail::publish_word();
        if (left.top != nullptr) [[unlikely]]
            report_left_open(*left.top);
        detail::release_node(left.node);
    }

    Boundary(const Boundary&) = delete;
    Boundary& operator=(const Boundary&) = delete;

private:
    CTX_EXPORT static void report_left_open(const Scope& innermost) noexcept;

    detail::Word saved_;
};

}  // namespace ctx
