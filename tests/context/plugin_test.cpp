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

    [[nodiscard]] std::uint64_t call(const char* name) const {
        void* symbol = dlsym(handle_, name);
        if (symbol == nullptr) {
            ADD_FAILURE() << dlerror();
            return 0;
        }
        return reinterpret_cast<std::uint64_t (*)()>(symbol)();
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
