// A scrape that came in through civetweb, whoever owns the server.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/page.hpp>

#include <string_view>

struct mg_connection;

namespace ctx::detail {

/// Answers a request for exactly `path` with the page, others with 404. @return the status.
CTX_EXPORT int answer_scrape(mg_connection* connection, const MetricsPage& page,
                             std::string_view path) noexcept;

}  // namespace ctx::detail
