#include "context/thread_end.hpp"

#include <ctx/context/scope.hpp>

#include <pthread.h>

#include <functional>
#include <optional>

namespace ctx::detail {

bool is_on_this_stack(const void* address) noexcept {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return true;
    void* lowest = nullptr;
    std::size_t size = 0;
    const bool is_known = pthread_attr_getstack(&attributes, &lowest, &size) == 0;
    pthread_attr_destroy(&attributes);
    if (!is_known) return true;
    const void* const end = static_cast<const char*>(lowest) + size;
    return std::less_equal<>{}(lowest, address) && std::less<>{}(address, end);
}

// A pthread key and not a C++ thread_local destructor: keys are destroyed after all of those.
// Without a key (a process has 1024) threads are not looked at.
void watch_thread() noexcept {
    word().is_watched = true;
    static const std::optional<pthread_key_t> key = [] {
        pthread_key_t created{};
        const int error = pthread_key_create(&created, [](void*) {
            word().is_watched = false;
            Scope::thread_ended();
        });
        return error == 0 ? std::optional{created} : std::nullopt;
    }();
    static char any;
    if (key.has_value()) pthread_setspecific(*key, &any);
}

}  // namespace ctx::detail
