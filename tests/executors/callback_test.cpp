#include "executors/support.hpp"
#include <ctx/executors/callback.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

// A C library: it remembers a function and a pointer, and calls when it likes.
using Last = int (*)(int, const char*, void*);
using First = int (*)(void*, int, const char*);

using Once = OneShotCallback<int(int, const char*)>;
using Repeating = RepeatingCallback<int(int, const char*)>;

std::uint64_t counted(std::string_view name) {
    for (const StatSample& stat : stats()) {
        if (stat.name == name) return stat.value;
    }
    ADD_FAILURE() << "the counter is not listed";
    return 0;
}
std::uint64_t exceptions() {
    return counted("ctx_executors_callback_exceptions_total");
}

// Says which context it is destroyed in; unlike most callables it must not be called twice.
class Witness {
public:
    Witness(const detail::Node*& died_in, int& deaths) : died_in_(&died_in), deaths_(&deaths) {}
    Witness(Witness&& other) noexcept
        : died_in_(std::exchange(other.died_in_, nullptr)), deaths_(other.deaths_) {}
    Witness& operator=(Witness&&) = delete;
    ~Witness() {
        if (died_in_ == nullptr) return;
        *died_in_ = here();
        ++*deaths_;
    }
    int operator()(int number, const char*) const { return number; }

private:
    const detail::Node** died_in_;
    int* deaths_;
};

class Callbacks : public test::ExecutorsTest {
protected:
    const Context one_ = request(1);
    const detail::Node* died_in_ = nullptr;
    int deaths_ = 0;
    Witness witness() { return Witness{died_in_, deaths_}; }
};

TEST_F(Callbacks, one_shot_runs_with_the_context_of_the_registrant) {
    const detail::Node* seen = nullptr;
    std::string word;
    std::optional<Once> callback;
    {
        const Scope scope{one_};
        callback.emplace([&](int number, const char* text) {
            seen = here();
            word = text;
            return number + 1;
        });
    }
    const Context two = request(2);
    const Scope thread_of_the_library{two};
    const Last function = Once::last;
    EXPECT_EQ(function(41, "due", callback->user()), 42);
    EXPECT_EQ(seen, one_.node());
    EXPECT_EQ(word, "due");
    EXPECT_EQ(here(), two.node());
    callback.reset();
    EXPECT_EQ(here(), two.node());
}

TEST_F(Callbacks, user_data_may_come_first) {
    Once callback{one_, [](int number, const char*) { return here() ? number : 0; }};
    const First function = Once::first;
    EXPECT_EQ(function(callback.user(), 7, ""), 7);
    const Repeating repeating{one_, [](int number, const char*) { return here() ? number : 0; }};
    const First again = Repeating::first;
    EXPECT_EQ(again(repeating.user(), 8, ""), 8);
}

TEST_F(Callbacks, explicit_and_empty_contexts_are_taken_as_they_are) {
    const Scope scope{request(2)};
    const Repeating with{one_, [](int, const char*) { return here() != nullptr ? 1 : 0; }};
    const Repeating without{Context{}, [](int, const char*) { return here() != nullptr ? 1 : 0; }};
    EXPECT_EQ(Repeating::last(0, "", with.user()), 1);
    EXPECT_EQ(Repeating::last(0, "", without.user()), 0);
}

TEST_F(Callbacks, bound_callables_keep_their_own_context) {
    const Scope scope{one_};
    const Repeating none{background([](int, const char*) { return here() != nullptr ? 1 : 0; })};
    const Context two = request(2);
    const Repeating other{bind(two, [&two](int, const char*) { return here() == two.node(); })};
    EXPECT_EQ(Repeating::last(0, "", none.user()), 0);
    EXPECT_EQ(Repeating::last(0, "", other.user()), 1);
}

TEST_F(Callbacks, one_shot_is_freed_by_the_call_after_release) {
    Once callback{one_, witness()};
    void* const user = callback.user();
    callback.release();
    EXPECT_EQ(callback.user(), nullptr);
    EXPECT_EQ(deaths_, 0);
    EXPECT_EQ(Once::last(5, "", user), 5);
    EXPECT_EQ(deaths_, 1);
    EXPECT_EQ(died_in_, one_.node());
}

TEST_F(Callbacks, one_shot_may_be_called_before_its_release) {
    Once callback{one_, witness()};
    EXPECT_EQ(Once::last(5, "", callback.user()), 5);
    EXPECT_EQ(deaths_, 1);  // the callable went with the call, though the handle is alive
    callback.release();
    EXPECT_EQ(deaths_, 1);
}

TEST_F(Callbacks, cancelling_releases_callable_and_context_at_once) {
    const std::int64_t live = live_contexts();
    std::optional<Once> callback;
    {
        Context two = request(2);
        callback.emplace(std::move(two), witness());
    }
    EXPECT_EQ(live_contexts(), live + 1);
    EXPECT_TRUE(callback->cancel());
    EXPECT_EQ(live_contexts(), live);
    EXPECT_EQ(deaths_, 1);
    EXPECT_NE(died_in_, nullptr);  // it died in its own context
    EXPECT_FALSE(callback->cancel());
    callback.reset();
    EXPECT_EQ(deaths_, 1);
}

TEST_F(Callbacks, the_end_of_the_handle_cancels) {
    { const Once callback{one_, witness()}; }
    EXPECT_EQ(deaths_, 1);
    EXPECT_EQ(died_in_, one_.node());
}

TEST_F(Callbacks, a_released_one_is_cancelled_by_its_user_data) {
    Once callback{one_, witness()};
    void* const user = callback.user();
    callback.release();
    Once::cancel_released(user);
    EXPECT_EQ(deaths_, 1);
}

TEST_F(Callbacks, cancelling_after_the_call_frees_nothing_twice) {
    Once callback{one_, witness()};
    Once::last(5, "", callback.user());
    EXPECT_FALSE(callback.cancel());
    EXPECT_EQ(deaths_, 1);
}

TEST_F(Callbacks, a_call_may_end_its_own_handle) {
    std::optional<Once> callback;
    bool cancelled = true;
    callback.emplace(one_, [&, own = witness()](int number, const char*) {
        cancelled = callback->cancel();
        callback.reset();
        return own(number, "");
    });
    EXPECT_EQ(Once::last(5, "", callback->user()), 5);
    EXPECT_FALSE(cancelled);
    EXPECT_EQ(deaths_, 1);
}

TEST_F(Callbacks, a_second_call_of_a_one_shot_is_counted_and_does_nothing) {
    const std::uint64_t before = counted("ctx_executors_callback_second_calls_total");
    int calls = 0;
    Once callback{one_, [&calls](int, const char*) { return ++calls; }};
    callback.on_exception(-1);
    EXPECT_EQ(Once::last(0, "", callback.user()), 1);
    EXPECT_EQ(Once::last(0, "", callback.user()), -1);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(counted("ctx_executors_callback_second_calls_total"), before + 1);
}

TEST_F(Callbacks, repeating_lives_as_long_as_its_handle) {
    std::optional<Repeating> callback{std::in_place, one_, witness()};
    EXPECT_EQ(Repeating::last(1, "", callback->user()), 1);
    EXPECT_EQ(Repeating::last(2, "", callback->user()), 2);
    EXPECT_EQ(deaths_, 0);
    callback.reset();
    EXPECT_EQ(deaths_, 1);
    EXPECT_EQ(died_in_, one_.node());
}

TEST_F(Callbacks, handles_move_and_the_user_data_stays) {
    Once once{one_, witness()};
    void* const user = once.user();
    Once moved{std::move(once)};
    EXPECT_EQ(moved.user(), user);
    moved = Once{one_, [](int, const char*) { return 3; }};  // the first is cancelled
    EXPECT_EQ(deaths_, 1);
    EXPECT_EQ(Once::last(0, "", moved.user()), 3);

    Repeating repeating{one_, [](int, const char*) { return 4; }};
    void* const same = repeating.user();
    const Repeating kept{std::move(repeating)};
    EXPECT_EQ(kept.user(), same);
    EXPECT_EQ(Repeating::last(0, "", same), 4);
}

TEST_F(Callbacks, exceptions_do_not_cross_c) {
    const std::uint64_t count = exceptions();
    const Context two = request(2);
    const Scope scope{two};

    Once once{one_, [](int, const char*) -> int { throw std::runtime_error{"no such order"}; }};
    EXPECT_EQ(Once::last(0, "", once.user()), 0);
    Repeating repeating{one_, [](int, const char*) -> int { throw 7; }};
    repeating.on_exception(-1);
    EXPECT_EQ(Repeating::last(0, "", repeating.user()), -1);
    EXPECT_EQ(Repeating::last(0, "", repeating.user()), -1);

    EXPECT_EQ(here(), two.node());
    EXPECT_EQ(exceptions(), count + 3);
}

TEST_F(Callbacks, exceptions_are_heard_once_a_second) {
    static std::string heard;
    heard.clear();
    const DiagnosticsHandler before =
        set_diagnostics_handler([](const Diagnostic& diagnostic) noexcept {
            heard.append(diagnostic.component).append(": ").append(diagnostic.message);
        });
    const Repeating callback{
        one_, [](int, const char*) -> int { throw std::runtime_error{"no such order"}; }};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (heard.empty() && std::chrono::steady_clock::now() < deadline)
        Repeating::last(0, "", callback.user());
    Repeating::last(0, "", callback.user());
    EXPECT_EQ(heard, "executors: an exception was caught in a C callback: no such order");
    set_diagnostics_handler(before);
}

TEST_F(Callbacks, without_a_result_exceptions_are_caught_too) {
    using Quiet = OneShotCallback<void()>;
    const std::uint64_t count = exceptions();
    Quiet callback{one_, [] { throw std::runtime_error{"from inside"}; }};
    void* const user = callback.user();
    callback.release();
    Quiet::first(user);
    EXPECT_EQ(exceptions(), count + 1);
}

TEST_F(Callbacks, one_shot_takes_move_only_callables) {
    OneShotCallback<int()> callback{one_, [own = std::make_unique<int>(9)] { return *own; }};
    EXPECT_EQ(OneShotCallback<int()>::last(callback.user()), 9);
}

// The library's thread may call before the thread that registered comes to release.
TEST_F(Callbacks, call_and_release_may_meet) {
    using Quiet = OneShotCallback<void()>;
    constexpr int rounds = 2000;
    std::atomic<void*> handed_over{nullptr};
    int calls = 0;
    std::thread library{[&] {
        for (int i = 0; i < rounds; ++i) {
            void* user = nullptr;
            while ((user = handed_over.exchange(nullptr)) == nullptr)
                std::this_thread::yield();
            Quiet::last(user);
        }
    }};
    for (int i = 0; i < rounds; ++i) {
        Quiet callback{one_, [&calls, own = std::make_unique<int>(1)] { calls += *own; }};
        handed_over = callback.user();
        callback.release();
        while (handed_over != nullptr)
            std::this_thread::yield();
    }
    library.join();
    EXPECT_EQ(calls, rounds);
}

// Promises of type.
static_assert(!std::is_copy_constructible_v<Once> && !std::is_copy_constructible_v<Repeating>);
static_assert(std::is_nothrow_move_constructible_v<Once>);
static_assert(sizeof(Once) == sizeof(void*) && sizeof(Repeating) == sizeof(void*));
static_assert(noexcept(Once::last(0, "", nullptr)) && noexcept(Repeating::first(nullptr, 0, "")));
static_assert(!std::is_constructible_v<Once, int (*)(int)>);
static_assert(!std::is_constructible_v<Repeating, Repeating&>);

}  // namespace
}  // namespace ctx
