"""Faults that are planted in the library, one at a time, and the tests that must notice each."""
from collections import namedtuple

# `was` occurs once in `file` and is replaced. `noticed_by`: (test source, filter of GoogleTest).
Fault = namedtuple("Fault", "name file was becomes noticed_by build", defaults=("release",))

CONTEXT = "include/ctx/context/"
EXECUTORS = "include/ctx/executors/"
COROUTINE = EXECUTORS + "coroutine/"

SCOPES = ("context/scope_test.cpp", "*")
CONCURRENCY = ("context/concurrency_test.cpp", "*")
TASKS = ("executors/task_test.cpp", "*")
AWAITS = ("executors/await_test.cpp", "*")
HAND_OVER = ("executors/hand_over_test.cpp", "*")
INLINE_CALLS = ("executors/inline_call_test.cpp", "*")
SIGNALS = ("executors/switch_signal_test.cpp", "*")
WHEN_ALL = ("executors/when_all_test.cpp", "*")
BIND = ("executors/bind_test.cpp", "*")
EVICTION = ("metrics/eviction_moves_test.cpp", "*")
CALLBACKS = ("executors/callback_test.cpp", "*")
FIBERS = ("executors/fiber_test.cpp", "*")
FIBER_THREADS = ("executors/fiber_threads_test.cpp", "*")
FIBER_EXCEPTIONS = ("executors/fiber_exceptions_test.cpp", "*")
BOOST_FIBERS = ("executors/boost_fiber_test.cpp", "*")

FAULTS = [
    # Scope and Boundary
    Fault("boundary_forgets_the_context", CONTEXT + "boundary.hpp",
          "detail::store_half(word.node, saved_.node);",
          "detail::store_half(word.node, static_cast<const detail::Node*>(nullptr));", [SCOPES]),
    Fault("boundary_forgets_the_scopes", CONTEXT + "boundary.hpp",
          "detail::store_half(word.top, saved_.top);",
          "detail::store_half(word.top, static_cast<Scope*>(nullptr));", [SCOPES]),
    Fault("boundary_leaves_scopes_of_others_open", CONTEXT + "boundary.hpp",
          "detail::store_half(word.top, static_cast<Scope*>(nullptr));", ";", [SCOPES]),
    Fault("boundary_releases_before_it_stores", CONTEXT + "boundary.hpp",
          "detail::store_half(word.node, saved_.node);",
          "detail::release_node(std::exchange(const_cast<detail::Word&>(left).node, nullptr));"
          "detail::store_half(word.node, saved_.node);", [SIGNALS]),
    Fault("scope_releases_before_it_stores", CONTEXT + "scope.hpp",
          "detail::store_half(word.node, previous_);",
          "detail::release_node(std::exchange(mine, nullptr));"
          "detail::store_half(word.node, previous_);", [CONCURRENCY, SIGNALS]),
    Fault("scope_does_not_look_whether_it_is_the_innermost", CONTEXT + "scope.hpp",
          "if (detail::load_half(word.top) != this) [[unlikely]] {",
          "if (this == nullptr) {", [SCOPES]),
    Fault("scope_forgets_the_one_around", CONTEXT + "scope.hpp",
          "detail::store_half(word.top, previous_top_);",
          "detail::store_half(word.top, static_cast<Scope*>(nullptr));", [SCOPES]),
    Fault("scope_that_ends_elsewhere_keeps_its_reference", "src/context/scope.cpp",
          "    detail::release_node(previous_);\n    std::string where;",
          "    std::string where;", [SCOPES]),
    Fault("last_owner_is_told_too_early", CONTEXT + "detail/reference_count.hpp",
          "if (count_.load(std::memory_order_acquire) == 1) return true;",
          "if (count_.load(std::memory_order_acquire) <= 2) return true;", [CONCURRENCY, BIND]),
    Fault("count_is_read_and_stored", CONTEXT + "detail/reference_count.hpp",
          "return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;",
          "const auto count = count_.load(); count_.store(count - 1); return count == 1;",
          [CONCURRENCY]),
    Fault("local_values_die_in_somebody_s_context", "src/context/node.cpp",
          "const Boundary empty{Context{}};", "", [("context/context_test.cpp", "*")]),

    # The word of a thread
    Fault("base_of_the_thread_is_kept", CONTEXT + "detail/word.hpp",
          'asm volatile("movq %%fs:0, %0" : "=r"(base));',
          'asm("movq %%fs:0, %0" : "=r"(base));', [FIBER_THREADS]),
    Fault("node_of_the_thread_is_kept", CONTEXT + "detail/word.hpp",
          'asm volatile("movq %%fs:(%1), %0" : "=r"(node) : "r"(offset) : "memory");',
          'asm("movq %%fs:(%1), %0" : "=r"(node) : "r"(offset));', [SCOPES, FIBER_THREADS]),

    # The switch of coroutines
    Fault("leave_forgets_the_resumer", CONTEXT + "detail/switch.hpp",
          "mine_ = exchange_word(resumer_);", "mine_ = exchange_word({nullptr, nullptr});",
          [TASKS]),
    Fault("begin_leave_borrows", CONTEXT + "detail/switch.hpp",
          "        add_reference(running.node);\n", "", [HAND_OVER, TASKS]),
    Fault("end_leave_forgets_the_resumer", CONTEXT + "detail/switch.hpp",
          "release_node(exchange_word(resumer).node); }",
          "resumer = {nullptr, nullptr}; release_node(exchange_word(resumer).node); }",
          [HAND_OVER]),
    Fault("end_leave_releases_before_it_stores", CONTEXT + "detail/switch.hpp",
          "release_node(exchange_word(resumer).node); }",
          "release_node(word().node); static_cast<void>(exchange_word(resumer)); }", [SIGNALS]),
    Fault("cancel_leave_keeps_its_reference", CONTEXT + "detail/switch.hpp",
          "release_node(exchange_word(mine_).node);\n        mine_ =",
          "static_cast<void>(exchange_word(mine_));\n        mine_ =", [AWAITS]),
    Fault("cancel_leave_forgets_the_resumer", CONTEXT + "detail/switch.hpp",
          "        resumer_ = resumer;\n", "        static_cast<void>(resumer);\n", [AWAITS]),
    Fault("destroyed_coroutine_unwinds_in_the_destroyer_s_context",
          COROUTINE + "context_promise.hpp",
          "if (is_away_ && strand_ != nullptr) strand_->enter_to_unwind();", "",
          [TASKS, HAND_OVER]),
    Fault("destroyed_coroutine_keeps_the_thread", COROUTINE + "context_promise.hpp",
          "if (strand_.is_unwinding) strand_.leave();", "", [TASKS, HAND_OVER]),
    Fault("awaiter_is_touched_after_the_hand_over", COROUTINE + "context_promise.hpp",
          "awaiter_.await_suspend(coroutine);\n                StrandWord::end_leave(resumer);",
          "awaiter_.await_suspend(coroutine);\n                StrandWord::end_leave(resumer);\n"
          "                static_cast<void>(absence_.end());", [HAND_OVER]),
    Fault("await_suspend_is_inlined", COROUTINE + "context_promise.hpp",
          "[[gnu::noinline]] auto await_suspend(std::coroutine_handle<Promise> coroutine) {",
          "[[gnu::always_inline]] auto await_suspend(std::coroutine_handle<Promise> coroutine) {",
          [HAND_OVER], "clang-asan"),
    Fault("await_suspend_of_await_is_inlined", COROUTINE + "await.hpp",
          "[[gnu::noinline]] auto await_suspend(std::coroutine_handle<> coroutine) {",
          "[[gnu::always_inline]] auto await_suspend(std::coroutine_handle<> coroutine) {",
          [HAND_OVER], "clang-asan"),
    Fault("aggregate_awaiters_are_let_in", EXECUTORS + "detail/awaiter.hpp",
          "!std::is_aggregate_v<std::remove_cvref_t<A>> ||", "true ||",
          [("executors/awaiter_lifetime_test.cpp", "*")]),
    Fault("task_ends_in_its_own_context", COROUTINE + "task.hpp",
          "promise.strand().leave();\n            const std::coroutine_handle<> next",
          "const std::coroutine_handle<> next", [TASKS]),
    Fault("task_starts_without_a_context", COROUTINE + "task.hpp",
          "coroutine.promise().start_with(Context{current()}, awaiting);",
          "coroutine.promise().start_with(Context{}, awaiting);", [TASKS]),
    Fault("task_is_told_too_late_where_to_complete", COROUTINE + "task.hpp",
          "coroutine.promise().complete_within(call.key());\n            coroutine.resume();",
          "coroutine.resume();\n            coroutine.promise().complete_within(call.key());",
          [TASKS, HAND_OVER], "asan"),
    Fault("branches_are_not_counted_with_their_starter", EXECUTORS + "detail/branches.hpp",
          "open_.store(count + 1, std::memory_order_relaxed);",
          "open_.store(count, std::memory_order_relaxed);", [WHEN_ALL]),
    Fault("branch_that_failed_does_not_stop_the_others", EXECUTORS + "detail/branches.hpp",
          "            stop_.request_stop();\n", "",
          [WHEN_ALL]),
    Fault("await_borrows", COROUTINE + "await.hpp",
          "        add_reference(word_.node);\n", "", [AWAITS, HAND_OVER]),
    Fault("await_leaves_the_scopes", COROUTINE + "await.hpp",
          "if (key_.call != nullptr) word_.top = exchange_top(nullptr);", "", [AWAITS]),
    Fault("await_forgets_the_resumer", COROUTINE + "await.hpp",
          "            throw;\n        }\n        release_node(exchange_word(resumer).node);",
          "            throw;\n        }\n        release_node(resumer.node);\n"
          "        release_node(exchange_word({nullptr, nullptr}).node);", [HAND_OVER]),
    Fault("await_destroys_in_the_destroyer_s_context", COROUTINE + "await.hpp",
          "destroyer = exchange_word(std::exchange(self->word_, Word{nullptr, nullptr}));",
          "destroyer = exchange_word({nullptr, nullptr});", [HAND_OVER]),
    Fault("inline_call_is_known_by_its_address", "src/executors/inline_call.cpp",
          "now.call != key.call || now.number != key.number) return false;",
          "now.call != key.call) return false;", [INLINE_CALLS]),
    Fault("inline_calls_are_numbered_per_thread", "src/executors/inline_call.cpp",
          "blocks_taken.fetch_add(1, std::memory_order_relaxed) << block_bits",
          "blocks_taken.load(std::memory_order_relaxed) << block_bits", [INLINE_CALLS]),
    Fault("inline_call_that_ended_stays_the_innermost", "src/executors/inline_call.cpp",
          "    now.call = outer_;\n", "", [INLINE_CALLS]),

    # Callables and callbacks
    Fault("callable_is_destroyed_after_the_boundary", EXECUTORS + "detail/run.hpp",
          "std::is_trivially_destructible_v<F> || ", "true || ", [BIND, CALLBACKS]),
    Fault("context_is_captured_when_it_runs", EXECUTORS + "bind.hpp",
          "return detail::run_once(std::move(context_), callable_,",
          "return detail::run_once(Context{current()}, callable_,", [BIND]),
    Fault("callback_is_freed_under_its_call", EXECUTORS + "detail/callback_state.hpp",
          "        } else {\n            release();\n        }",
          "        } else {\n            this->destroy();\n        }", [CALLBACKS]),
    Fault("callback_is_destroyed_in_somebody_s_context", EXECUTORS + "detail/callback_state.hpp",
          "const Boundary boundary{Context{context()}};", "", [CALLBACKS]),

    # Fibers
    Fault("fiber_does_not_take_its_word_back", CONTEXT + "detail/switch.hpp",
          "~WordKeeper() { release_node(exchange_word(kept_).node); }",
          "~WordKeeper() { release_node(kept_.node); }", [FIBERS]),
    Fault("fiber_leaves_its_exceptions", EXECUTORS + "detail/fiber_side.hpp",
          "std::conditional_t<(BOOST_VERSION < 108800), ExceptionKeeper, NoExceptionKeeper>",
          "NoExceptionKeeper", [FIBER_EXCEPTIONS]),
    Fault("exceptions_of_the_first_thread_are_kept", EXECUTORS + "detail/exception_state.hpp",
          "ExceptionState* ctx_exception_state() noexcept __asm__",
          "__attribute__((const)) ExceptionState* ctx_exception_state() noexcept __asm__",
          [FIBER_EXCEPTIONS], "clang-asan"),
    Fault("exception_on_its_way_is_not_counted", EXECUTORS + "detail/exception_state.hpp",
          "load_half(state.uncaught) + kept_.uncaught", "kept_.uncaught",
          [("executors/coroutine2_test.cpp", "*")]),
    Fault("boost_fiber_does_not_inherit", EXECUTORS + "boost_fiber.hpp",
          "word_.node = Context{maker}.release();", "", [BOOST_FIBERS]),
    Fault("boost_fiber_forgets_who_dispatched", EXECUTORS + "boost_fiber.hpp",
          "    properties::switch_between(ready, to);\n", "", [BOOST_FIBERS]),
    Fault("boost_fiber_leaves_its_exceptions", EXECUTORS + "boost_fiber.hpp",
          "from.exceptions_ = ctx::detail::exchange_exception_state("
          "std::exchange(to.exceptions_, {}));", "", [BOOST_FIBERS]),

    # Places of label values, and what their losers had counted
    Fault("a_losers_count_is_lost", "src/metrics/eviction.cpp",
          "    series.move_into(target);\n", "", [EVICTION]),
    Fault("late_additions_are_lost", "src/metrics/eviction.cpp",
          "        retired.series->move_into(*retired.target);\n", "",
          [("metrics/cost_test.cpp", "*")]),
    Fault("labels_change_under_an_update", "src/metrics/eviction.cpp",
          "retired.series->pins.load(std::memory_order_seq_cst) == 0", "true", [EVICTION]),
    Fault("a_request_trusts_its_old_series", "src/metrics/family.cpp",
          "recent.series->life.load(std::memory_order_seq_cst) == recent.life", "true",
          [EVICTION]),
    Fault("outgrown_windows_are_forgotten", "src/metrics/exponential_buckets.cpp",
          "    wider->older = present;\n", "", [("metrics/native_histogram_test.cpp", "*")]),
]
