#include "context/chacha.hpp"
#include <ctx/context/id_generator.hpp>

#include <pthread.h>
#include <sys/random.h>
#include <time.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace ctx {
namespace {

using detail::ChaCha8;

// Counts the forks this process descends from, so that a child does not repeat its parent's ids.
constinit std::atomic<std::uint32_t> fork_generation{1};

void watch_forks() noexcept {
    static const int registered = pthread_atfork(
        nullptr, nullptr, [] { fork_generation.fetch_add(1, std::memory_order_relaxed); });
    static_cast<void>(registered);
}

void fill_with_entropy(void* out, std::size_t size) noexcept {
    auto* at = static_cast<unsigned char*>(out);
    while (size > 0) {
        const ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            // No getrandom(2): the kernel is older than 3.17. Time and place are all there is.
            timespec now{};
            clock_gettime(CLOCK_REALTIME, &now);
            const auto mixed = reinterpret_cast<std::uintptr_t>(out) * 0x9e3779b97f4a7c15U ^
                               static_cast<std::uint64_t>(now.tv_nsec) << 32 ^
                               static_cast<std::uint64_t>(now.tv_sec);
            std::memcpy(at, &mixed, size < sizeof mixed ? size : sizeof mixed);
            return;
        }
        at += got;
        size -= static_cast<std::size_t>(got);
    }
}

// One per thread: a block of key stream, and the key for the next one ("fast key erasure": the
// stream's first bytes replace the key, so a memory dump does not tell ids already given out).
struct Stream {
    std::uint32_t generation = 0;
    std::uint32_t used = 0;
    std::array<std::uint32_t, 8> key{};
    std::array<unsigned char, ChaCha8::output_bytes> bytes{};

    void refill() noexcept {
        const std::uint32_t now = fork_generation.load(std::memory_order_relaxed);
        if (generation != now) {
            watch_forks();
            fill_with_entropy(key.data(), sizeof key);
            generation = now;
        }
        ChaCha8::generate(key, 0, bytes.data());
        std::memcpy(key.data(), bytes.data(), sizeof key);
        used = sizeof key;
    }

    std::uint64_t next() noexcept {
        const bool stale = generation != fork_generation.load(std::memory_order_relaxed);
        if (stale || used + 8 > bytes.size()) [[unlikely]]
            refill();
        std::uint64_t value;
        std::memcpy(&value, bytes.data() + used, 8);
        std::memset(bytes.data() + used, 0, 8);
        used += 8;
        return value;
    }
};

constinit thread_local Stream stream;

}  // namespace

std::uint64_t random_u64() noexcept {
    return stream.next();
}

TraceId new_trace_id() noexcept {
    while (true) {
        const std::uint64_t high = stream.next();
        const TraceId id{high, stream.next()};
        // The right-most 7 bytes must be usable on their own by 64-bit systems.
        if (id.low() != 0) return id;
    }
}

SpanId new_span_id() noexcept {
    while (true) {
        if (const SpanId id{stream.next()}; id.is_valid()) return id;
    }
}

}  // namespace ctx
