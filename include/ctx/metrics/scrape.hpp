// ctx/metrics/scrape.hpp: the answer to a scrape, for any HTTP server.
//
//     const ctx::ScrapeAnswer answer = page.answer({.method = request.method(),
//                                                   .accept = request["Accept"],
//                                                   .accept_encoding = request["Accept-Encoding"]});
//     for (const auto& [name, value] : answer.headers()) response.set(name, value);
//     response.set("Content-Length", answer.body->size());
//     if (answer.with_body) response.send(answer.status, *answer.body);
//
// Ready-made: exposer_bridge.hpp, civet_handler.hpp, integrations/beast_metrics.hpp.
//
// Threads   Values. A body is shared by everybody who scrapes at the same time.
// Errors    Any header is accepted. A page that cannot be rendered is a 500, counted
//           (`ctx_metrics_failed_scrapes_total`) and reported.
// Cost      As in page.hpp. Compressing takes ten to twenty times as long as rendering, and makes a
//           page a sixth as long.

#pragma once

#include <ctx/export.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace ctx {

/// What an answer depends on. Headers that occur more than once are joined with ','.
struct ScrapeRequest {
    std::string_view method = "GET";
    std::string_view accept{};
    std::string_view accept_encoding{};
};

/// What to send. All texts but the body are static.
class ScrapeAnswer {
public:
    using Header = std::pair<std::string_view, std::string_view>;

    int status = 200;                         ///< 200, 405 or 500
    std::string_view reason = "OK";           ///< of the status
    std::string_view content_type{};          ///< empty: there is no content
    std::string_view content_encoding{};      ///< "gzip", or empty
    std::shared_ptr<const std::string> body;  ///< never null; its size is the Content-Length
    bool with_body = true;                    ///< false: the answer to HEAD ends with the headers

    /// Content-Type, Content-Encoding, Vary, Cache-Control, Allow: those that are needed.
    [[nodiscard]] std::span<const Header> headers() const noexcept {
        return std::span{headers_}.first(header_count_);
    }

    /// For who makes answers. No more than eight.
    void add_header(std::string_view name, std::string_view value) noexcept {
        if (header_count_ < headers_.size()) headers_[header_count_++] = {name, value};
    }

private:
    std::array<Header, 8> headers_{};
    std::size_t header_count_ = 0;
};

/// In which of the two encodings an `Accept-Encoding` header wants its answer (RFC 9110 section
/// 12.5.3): gzip if it is named with a weight that is not lower than that of identity, or covered
/// by `*`. Malformed members are passed over. An empty or missing header wants identity.
enum class ContentEncoding : unsigned char {
    identity,
    gzip,
    only_gzip,  ///< identity is forbidden
};
[[nodiscard]] CTX_EXPORT ContentEncoding negotiate_encoding(std::string_view header) noexcept;

}  // namespace ctx
