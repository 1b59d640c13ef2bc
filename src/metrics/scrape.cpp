#include "metrics/gzip.hpp"
#include "metrics/http_values.hpp"
#include "metrics/shared_pages.hpp"
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/scrape.hpp>

#include <algorithm>
#include <exception>
#include <optional>

namespace ctx {
namespace {

Stat scrapes{"ctx_metrics_scrapes_total", "Scrapes that were answered with a page."};
Stat failed_scrapes{"ctx_metrics_failed_scrapes_total",
                    "Scrapes that were answered with 500 because a source threw."};

constexpr std::size_t min_gzip_bytes = 1024;  // fewer fit into one packet as they are

/// A member of Accept-Encoding; no weight: it is malformed.
std::optional<int> weight_of(std::string_view parameters) noexcept {
    int weight = 1000;
    while (!parameters.empty()) {
        std::string_view value = detail::next_part(parameters, ';');
        const std::string_view name = detail::next_part(value, '=');
        if (!detail::equals_ignoring_case(name, "q")) continue;
        const auto parsed = detail::parse_weight(detail::trimmed(value));
        if (!parsed) return {};
        weight = *parsed;
    }
    return weight;
}

void lower(std::optional<int>& weight, int candidate) noexcept {
    weight = std::min(weight.value_or(candidate), candidate);
}

const std::shared_ptr<const std::string>& no_body() {
    static const auto body = std::make_shared<const std::string>();
    return body;
}

ScrapeAnswer without_content(int status, std::string_view reason) {
    ScrapeAnswer answer;
    answer.status = status;
    answer.reason = reason;
    answer.body = no_body();
    answer.add_header("Cache-Control", "no-store");
    return answer;
}

ScrapeAnswer failed(std::string_view reason) {
    static DiagnosticLimiter limiter;
    failed_scrapes.add();
    if (limiter.pass()) {
        diagnose(Severity::error, "metrics",
                 std::string{"a page cannot be rendered: "}.append(reason));
    }
    return without_content(500, "Internal Server Error");
}

}  // namespace

ContentEncoding negotiate_encoding(std::string_view header) noexcept {
    header = header.substr(0, detail::max_header_bytes);
    std::optional<int> gzip;
    std::optional<int> identity;
    std::optional<int> others;
    while (!header.empty()) {
        std::string_view member = detail::next_part(header, ',');
        const std::string_view coding = detail::next_part(member, ';');
        const auto weight = weight_of(member);
        if (!weight) continue;
        if (detail::equals_ignoring_case(coding, "gzip") ||
            detail::equals_ignoring_case(coding, "x-gzip")) {
            lower(gzip, *weight);
        } else if (detail::equals_ignoring_case(coding, "identity")) {
            lower(identity, *weight);
        } else if (coding == "*") {
            lower(others, *weight);
        }
    }
    if (!gzip) gzip = others;
    if (!identity && others == 0) identity = 0;
    const int gzip_weight = gzip.value_or(0);
    if (gzip_weight == 0 || gzip_weight < identity.value_or(0)) return ContentEncoding::identity;
    return identity == 0 ? ContentEncoding::only_gzip : ContentEncoding::gzip;
}

ScrapeAnswer MetricsPage::answer(const ScrapeRequest& request) const {
    if (request.method != "GET" && request.method != "HEAD") {
        ScrapeAnswer refusal = without_content(405, "Method Not Allowed");
        refusal.add_header("Allow", "GET, HEAD");
        return refusal;
    }
    try {
        const PageFormat format = negotiate(request.accept);
        const auto page = shared_->get(format, [&] { return render(format); });
        const ContentEncoding wanted = options_.gzip && detail::has_gzip()
                                           ? negotiate_encoding(request.accept_encoding)
                                           : ContentEncoding::identity;
        const bool gzip =
            wanted == ContentEncoding::only_gzip ||
            (wanted == ContentEncoding::gzip && page->plain()->size() >= min_gzip_bytes);
        ScrapeAnswer answer;
        answer.with_body = request.method == "GET";
        answer.body = gzip ? page->gzip() : page->plain();
        answer.content_type = content_type(format);
        answer.add_header("Content-Type", answer.content_type);
        if (gzip) {
            answer.content_encoding = "gzip";
            answer.add_header("Content-Encoding", "gzip");
        }
        answer.add_header("Vary", "Accept, Accept-Encoding");
        answer.add_header("Cache-Control", "no-store");
        scrapes.add();
        return answer;
    } catch (const std::exception& error) {
        return failed(error.what());
    } catch (...) {
        return failed("something that is no exception");
    }
}

}  // namespace ctx
