// One request that is being measured, for a server or a client.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace ctx {
class HttpMetrics;
}

namespace ctx::detail {

/// What is known when a request begins. `route`: of a server the route, of a client the template.
struct HttpBeginning {
    bool server = false;
    std::string_view method;
    std::string_view scheme;
    std::string_view route;
    std::string_view server_address = {};
    std::uint16_t server_port = 0;
};

/// Measures from its construction to finish() or fail(); of a server also until it is destroyed.
class CTX_EXPORT HttpTimer {
public:
    HttpTimer() noexcept = default;  ///< measures nothing
    HttpTimer(const std::shared_ptr<HttpMetrics>& metrics, const HttpBeginning& beginning) noexcept;
    HttpTimer(HttpTimer&& other) noexcept = default;
    HttpTimer& operator=(HttpTimer&& other) noexcept;
    HttpTimer(const HttpTimer&) = delete;
    HttpTimer& operator=(const HttpTimer&) = delete;
    ~HttpTimer() {
        if (metrics_) abandon();
    }

    /// The context whose dimensions count and whose span becomes the exemplar.
    void set_context(const Context& context) noexcept {
        if (metrics_) context_ = context;
    }
    void set_route(std::string_view route) noexcept;

    void finish(int status) noexcept {
        if (metrics_) end(status, {});
    }
    void fail(std::string_view error) noexcept {
        if (metrics_) end(0, error);
    }

private:
    void abandon() noexcept;
    void end(int status, std::string_view error) noexcept;

    std::shared_ptr<HttpMetrics> metrics_;  // null: nothing to do, or done
    Context context_;
    std::chrono::steady_clock::time_point start_;
    const std::string* route_ = nullptr;
    const std::string* address_ = nullptr;
    std::uint16_t port_ = 0;
    std::uint8_t method_ = 0;
    std::uint8_t scheme_ = 0;
    bool server_ = false;
};

}  // namespace ctx::detail
