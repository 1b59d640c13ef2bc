// One word per process, also with plugins; and a second copy does not stay unnoticed.

#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/context/self_check.hpp>

#include <gtest/gtest.h>

#include <dlfcn.h>

#include <string>
#include <thread>

namespace {

ctx::Context context_of(std::uint64_t span_id) {
    return ctx::Context{}.with_span({ctx::TraceId{1, 2}, ctx::SpanId{span_id}, {}, {}, false});
}

class Library {
public:
    explicit Library(const char* file) : handle_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ == nullptr) ADD_FAILURE() << dlerror();
    }
    ~Library() {
        if (handle_ != nullptr) dlclose(handle_);
    }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    /// The function `name`, or null and a failure.
    template <typename Function = std::uint64_t()>
    [[nodiscard]] Function* function(const char* name) const {
        void* symbol = dlsym(handle_, name);
        if (symbol == nullptr) ADD_FAILURE() << dlerror();
        return reinterpret_cast<Function*>(symbol);
    }

    [[nodiscard]] std::uint64_t call(const char* name) const {
        auto* const found = function(name);
        return found == nullptr ? 0 : found();
    }

private:
    void* handle_;
};

TEST(Plugin, sees_the_context_of_the_thread_that_calls_it) {
    const Library plugin{CTX_TEST_PLUGIN};
    const ctx::Scope scope{context_of(5)};
    EXPECT_EQ(plugin.call("plugin_current_span"), 5U);
    EXPECT_EQ(plugin.call("plugin_scope_span"), 77U);
    EXPECT_EQ(ctx::current().span_id(), ctx::SpanId{5});
    std::uint64_t elsewhere = 1;
    std::thread{[&] { elsewhere = plugin.call("plugin_current_span"); }}.join();
    EXPECT_EQ(elsewhere, 0U);
}

TEST(Plugin, two_plugins_and_the_program_have_one_current_context) {
    const Library one{CTX_TEST_PLUGIN};
    const Library other{CTX_TEST_OTHER_PLUGIN};
    const auto current_in_other = other.function("plugin_current_span");
    ASSERT_NE(current_in_other, one.function("plugin_current_span"));  // two objects, two functions
    const auto in_span =
        one.function<std::uint64_t(std::uint64_t, std::uint64_t(*)())>("plugin_call_in_span");
    ASSERT_NE(in_span, nullptr);

    EXPECT_EQ(in_span(8, current_in_other), 8U);  // from one plugin to the other
    EXPECT_EQ(in_span(9, [] { return ctx::current().span_id().value(); }), 9U);  // to the program
    EXPECT_FALSE(ctx::current());
    const ctx::Scope scope{context_of(5)};
    EXPECT_EQ(current_in_other(), 5U);
    EXPECT_EQ(one.call("plugin_live_contexts"), other.call("plugin_live_contexts"));
    EXPECT_TRUE(ctx::self_check().ok()) << ctx::self_check().to_string();
}

TEST(SelfCheck, finds_one_copy_until_an_object_brings_its_own) {
    const auto before = ctx::self_check();
    ASSERT_EQ(before.copies.size(), 1U);
    EXPECT_TRUE(before.ok());
    const Library second{CTX_TEST_SECOND_COPY};
    const auto after = ctx::self_check();
    ASSERT_EQ(after.copies.size(), 2U);
    EXPECT_FALSE(after.ok());
    EXPECT_NE(after.to_string().find("second_copy"), std::string::npos) << after.to_string();
}

}  // namespace
