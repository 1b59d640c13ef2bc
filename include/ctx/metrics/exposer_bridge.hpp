// ctx/metrics/exposer_bridge.hpp: the user's own prometheus::Exposer serves the page of ctx.
//
//     ctx::ExposerBridge bridge;
//     prometheus::Exposer exposer{"127.0.0.1:9464", 2, bridge.callbacks()};
//     exposer.RegisterCollectable(registry);            // as before; RegisterAuth() stays in force
//     bridge.serve(page, "/metrics");                   // last
//
// Threads   serve() and the destructor: one thread at a time. They wait for requests that are being
//           answered, so never call them from a request handler.
// Errors    serve() says what is wrong: no Exposer was made with the callbacks, or it is gone.
//           A page that cannot be rendered is answered with 500.
// Cost      As in scrape.hpp: gzip for who accepts it, one page for who scrapes at the same time. A
//           client that does not read blocks one of the Exposer's threads until civetweb's
//           request_timeout_ms, and nothing else.
//
// Do not give the Exposer a TLS port: civetweb 1.15 of Debian 12 crashes in its first handshake
// with OpenSSL 3. Terminate TLS in front of it.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/page.hpp>

#include <absl/status/status.h>

#include <memory>
#include <string>

struct CivetCallbacks;

namespace ctx {

/// Hooks into one Exposer; either may be destroyed first.
class CTX_EXPORT ExposerBridge {
public:
    ExposerBridge();
    ExposerBridge(const ExposerBridge&) = delete;
    ExposerBridge& operator=(const ExposerBridge&) = delete;
    /// The path is answered with 404 from here on.
    ~ExposerBridge();

    /// For the constructor of the Exposer, called on the thread that constructs it.
    [[nodiscard]] const CivetCallbacks* callbacks();

    /// Answers GET and HEAD on exactly `path` with the page, in the format that the client accepts.
    /// Call it after the Exposer's RegisterCollectable() for that path, which would take it over.
    absl::Status serve(std::shared_ptr<const MetricsPage> page,
                       const std::string& path = "/metrics");

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ctx
