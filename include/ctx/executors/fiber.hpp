// ctx/executors/fiber.hpp: boost::context::fiber whose stacks keep their contexts.
//
//     ctx::fiber session{[&](ctx::fiber&& main) {     // starts with the context current here
//         ctx::Scope scope{ctx::extract(request)};
//         main = std::move(main).resume();            // others run, with contexts of their own
//         spdlog::info("done");                       // still with the ids of the request
//         return std::move(main);
//     }};
//     session = std::move(session).resume();
//
// Replace `boost::context::fiber` by `ctx::fiber`, and `boost::context::callcc` by `ctx::callcc`.
// Whoever is jumped to has its own current context again, on whatever thread that happens; a Scope
// may be held over any number of jumps and end on another thread than it began. So have catch
// blocks their own exception (Boost.Context carries that by itself from 1.88 on only). Destroying
// a suspended fiber unwinds its stack with its own context, by throwing
// boost::context::detail::forced_unwind: a `catch (...)` must let it pass.
//
// Threads   As boost::context::fiber: a fiber may be resumed on any thread, one at a time.
// Errors    As boost::context::fiber: what resume_with() runs may throw out of the resume() of the
//           fiber it runs on; an exception that leaves a fiber's function ends the process, and so
//           does a function that returns an empty fiber, as one must that does not unwind. Scopes
//           that a fiber leaves open when it ends are handled as those of a task
//           (ctx/context/boundary.hpp).
// Cost      Beside the bare switch: four exchanges of the thread's word and two looks at the
//           exception state per round trip, no atomic, no allocation: bench/fiber_bench.cpp. A
//           fiber takes one relaxed increment of the context more to make, a handle 16 bytes.
//
// AddressSanitizer and ThreadSanitizer are told of every switch.

#pragma once

#include <ctx/context/boundary.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/detail/fiber_side.hpp>

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>
#include <boost/context/preallocated.hpp>
#include <boost/context/stack_context.hpp>

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace ctx {

namespace detail {
template <typename Function>
struct FiberStart;

template <typename F>
concept FiberFunction = !std::same_as<std::remove_cvref_t<F>, fiber> &&
                        std::is_invocable_r_v<fiber, std::decay_t<F>, fiber&&>;
}  // namespace detail

/// A suspended stack, to be resumed once: each resume() uses the handle up and gives the next.
class [[nodiscard]] fiber {
public:
    /// No stack.
    fiber() noexcept = default;

    /// A new stack on which `function` runs when the fiber is resumed for the first time, with the
    /// context that is current now. It is given whoever resumed it and returns whom to go on with,
    /// which must not be empty.
    /// @throws std::bad_alloc when there is no memory for the stack.
    template <detail::FiberFunction F>
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): the concept leaves a fiber out
    explicit fiber(F&& function) : fiber(Context{current()}, std::forward<F>(function)) {}

    /// The same with an explicit context; an empty one is taken as it is.
    template <detail::FiberFunction F>
    fiber(Context context, F&& function)
        : fiber(std::allocator_arg, boost::context::fixedsize_stack{}, std::move(context),
                std::forward<F>(function)) {}

    /// The same with a stack of `allocator`, a StackAllocator of Boost.Context.
    template <typename StackAllocator, detail::FiberFunction F>
    fiber(std::allocator_arg_t, StackAllocator&& allocator, F&& function)
        : fiber(std::allocator_arg, std::forward<StackAllocator>(allocator), Context{current()},
                std::forward<F>(function)) {}
    template <typename StackAllocator, detail::FiberFunction F>
    fiber(std::allocator_arg_t, StackAllocator&& allocator, Context context, F&& function) {
        start(std::decay_t<StackAllocator>(std::forward<StackAllocator>(allocator)),
              std::move(context), std::forward<F>(function));
    }

    fiber(fiber&& other) noexcept
        : stack_(std::move(other.stack_)), side_(std::exchange(other.side_, nullptr)) {}
    fiber& operator=(fiber&& other) noexcept {
        fiber taken{std::move(other)};
        swap(taken);
        return *this;
    }
    /// Unwinds the stack, if there is one, with its own context. Returns when that is done.
    ~fiber() {
        if (stack_) destroy();
    }

    /// Suspends the caller, and runs the fiber.
    /// @return who came back: the fiber as it is suspended now, empty when it has ended, or whoever
    ///         else resumed the caller.
    [[gnu::always_inline]] fiber resume() && {
        assert(stack_);
        detail::FiberSide mine;
        fiber from{mine.jump(*side_, std::move(stack_)), mine.from};
        if (mine.destroyer != nullptr || mine.call != nullptr) [[unlikely]]
            return asked(mine, std::move(from));
        return from;
    }

    /// As resume(), but calls `function` on the stack of the fiber first, with the fiber's context:
    /// it is given the caller and returns whom the fiber shall see as having resumed it.
    template <detail::FiberFunction F>
    fiber resume_with(F&& function) && {
        std::decay_t<F> callee(std::forward<F>(function));
        assert(stack_);
        side_->function = std::addressof(callee);
        side_->call = [](void* erased, fiber from) -> fiber {
            // The caller's stack, where it is, may be gone before this returns.
            std::decay_t<F> moved(std::move(*static_cast<std::decay_t<F>*>(erased)));
            return std::invoke(std::move(moved), std::move(from));
        };
        return std::move(*this).resume();
    }

    explicit operator bool() const noexcept { return static_cast<bool>(stack_); }
    bool operator!() const noexcept { return !stack_; }

    void swap(fiber& other) noexcept {
        stack_.swap(other.stack_);
        std::swap(side_, other.side_);
    }
    friend void swap(fiber& a, fiber& b) noexcept { a.swap(b); }

private:
    template <typename Function>
    friend struct detail::FiberStart;

    fiber(boost::context::fiber stack, detail::FiberSide* side) noexcept
        : stack_(std::move(stack)), side_(stack_ ? side : nullptr) {}

    /// What whoever jumped to `mine` asked for, with the word of that side again.
    static fiber asked(const detail::FiberSide& mine, fiber from) {
        if (mine.destroyer != nullptr) {
            mine.destroyer->waiting = std::move(from.stack_);
            throw detail::FiberUnwind{mine.destroyer};
        }
        if (mine.call != nullptr) return mine.call(mine.function, std::move(from));
        return from;
    }

    void destroy() noexcept {
        detail::FiberDestroyer mine;
        side_->destroyer = &mine;
        const boost::context::fiber back = mine.side.jump(*side_, std::move(stack_));
        assert(!back);
        static_cast<void>(back);
    }

    template <typename StackAllocator, typename F>
    void start(StackAllocator allocator, Context context, F&& function);

    boost::context::fiber stack_;
    detail::FiberSide* side_ = nullptr;
};

namespace detail {

/// What a fiber begins with; at the top of its stack, as long as it has one.
template <typename Function>
struct FiberStart {
    Function function;
    Context context;
    FiberSide side;

    template <typename F>
    FiberStart(F&& f, Context with, const void* bottom, std::size_t size)
        : function(std::forward<F>(f)), context(std::move(with)), side(bottom, size) {}

    /// The whole of a fiber. begin() and end() are called here, not deeper: AddressSanitizer may
    /// keep the variables of functions that are called between them where end() frees them.
    boost::context::fiber run(boost::context::fiber from) noexcept {
        side.stack.begin(side.stack_before());
        fiber next = call(std::move(from));
        next.side_->from = nullptr;
        side.stack.end(next.side_->stack);
        std::destroy_at(this);
        return std::move(next.stack_);
    }

private:
    /// Runs the function with the fiber's context, in which it is destroyed too.
    /// @return whom to go on with.
    fiber call(boost::context::fiber from) {
        const Boundary boundary{std::move(context)};
        try {
            Function callee(std::move(function));
            fiber next =
                std::invoke(std::move(callee), fiber::asked(side, {std::move(from), side.from}));
            if (!next) std::terminate();
            return next;
        } catch (const FiberUnwind& unwind) {
            return {std::move(unwind.destroyer->waiting), &unwind.destroyer->side};
        }
    }
};

/// Gives a stack back that no fiber was made on.
template <typename StackAllocator>
struct StackGuard {
    StackAllocator& allocator;
    boost::context::stack_context stack;
    bool used = false;

    ~StackGuard() {
        if (!used) allocator.deallocate(stack);
    }
};

}  // namespace detail

template <typename StackAllocator, typename F>
void fiber::start(StackAllocator allocator, Context context, F&& function) {
    using Start = detail::FiberStart<std::decay_t<F>>;
    constexpr std::uintptr_t alignment = 256;  // what Boost.Context takes for its own below
    static_assert(alignof(Start) <= alignment);

    detail::StackGuard<StackAllocator> memory{allocator, allocator.allocate()};
    const boost::context::stack_context stack = memory.stack;
    char* const top = static_cast<char*>(stack.sp) - sizeof(Start);
    char* const place = top - reinterpret_cast<std::uintptr_t>(top) % alignment;
    const char* const bottom = static_cast<char*>(stack.sp) - stack.size;
    auto* const begin = ::new (static_cast<void*>(place))
        Start(std::forward<F>(function), std::move(context), bottom, stack.size);
    memory.used = true;
    const boost::context::preallocated rest{place, static_cast<std::size_t>(place - bottom), stack};
    begin->side.stack.create([&] {
        stack_ = boost::context::fiber{
            std::allocator_arg, rest, std::move(allocator),
            [begin](boost::context::fiber&& from) { return begin->run(std::move(from)); }};
    });
    side_ = &begin->side;
}

/// As boost::context::callcc: makes a fiber and enters it at once.
/// @return as resume().
template <detail::FiberFunction F>
fiber callcc(F&& function) {
    return fiber{std::forward<F>(function)}.resume();
}
template <detail::FiberFunction F>
fiber callcc(Context context, F&& function) {
    return fiber{std::move(context), std::forward<F>(function)}.resume();
}
template <typename StackAllocator, detail::FiberFunction F>
fiber callcc(std::allocator_arg_t, StackAllocator&& allocator, F&& function) {
    return fiber{std::allocator_arg, std::forward<StackAllocator>(allocator),
                 std::forward<F>(function)}
        .resume();
}

}  // namespace ctx
