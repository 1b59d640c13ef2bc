// ctx/metrics/civet_handler.hpp: the page from a CivetServer of the user's own.
//
//     CivetServer server{{"listening_ports", "127.0.0.1:9464"}};
//     ctx::CivetMetricsHandler handler{page, "/metrics"};
//     server.addHandler("/metrics", handler);
//
// For servers that are no prometheus::Exposer; that one has exposer_bridge.hpp.
//
// Threads   civetweb calls the handler from its own threads, several at once. It must outlive its
//           registration: declare it before the server, or call removeHandler() first.
// Errors    GET and HEAD of exactly the path are answered with the page; what is below the path
//           with 404, other methods with 405, a page that cannot be rendered with 500.
// Cost      As in scrape.hpp. A client that does not read blocks one of the server's threads until
//           civetweb's request_timeout_ms, and nothing else.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/page.hpp>

#include <CivetServer.h>

#include <memory>
#include <string>

namespace ctx {

/// Answers scrapes. A server's authorization handlers stay in force.
class CTX_EXPORT CivetMetricsHandler final : public CivetHandler {
public:
    /// @param page  not null.
    /// @param path  the one that the handler is registered under.
    explicit CivetMetricsHandler(std::shared_ptr<const MetricsPage> page,
                                 std::string path = "/metrics");

    using CivetHandler::handleDelete;
    using CivetHandler::handleGet;
    using CivetHandler::handleHead;
    using CivetHandler::handleOptions;
    using CivetHandler::handlePatch;
    using CivetHandler::handlePost;
    using CivetHandler::handlePut;

    bool handleGet(CivetServer* server, mg_connection* connection) override;
    bool handleHead(CivetServer* server, mg_connection* connection) override;
    bool handlePost(CivetServer* server, mg_connection* connection) override;
    bool handlePut(CivetServer* server, mg_connection* connection) override;
    bool handleDelete(CivetServer* server, mg_connection* connection) override;
    bool handleOptions(CivetServer* server, mg_connection* connection) override;
    bool handlePatch(CivetServer* server, mg_connection* connection) override;

private:
    std::shared_ptr<const MetricsPage> page_;
    std::string path_;
};

}  // namespace ctx
