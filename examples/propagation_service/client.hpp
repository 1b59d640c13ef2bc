// Sends one call with the headers of a fresh child span.

#pragma once

#include "calls.hpp"
#include <ctx/integrations/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>

/// What became of a call: an HTTP status, or why there is none.
struct Outcome {
    int status = 0;
    std::string error;
};

/// POSTs `call.arguments` to `call.url` in a client span below `parent`. Never fails otherwise than
/// by saying so, within ten seconds.
[[nodiscard]] boost::asio::awaitable<Outcome> send_call(const Call& call, ctx::Context parent,
                                                        const ctx::HttpTracing& tracing);
