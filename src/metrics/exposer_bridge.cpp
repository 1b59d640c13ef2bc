#include "metrics/civet_answer.hpp"
#include <ctx/metrics/exposer_bridge.hpp>

#include <CivetServer.h>

#include <mutex>
#include <utility>
#include <vector>

namespace ctx {
namespace {

/// What one path answers; civetweb holds a pointer to it.
struct Endpoint {
    std::string path;
    std::shared_ptr<const MetricsPage> page;
};

extern "C" int ctx_answer_scrape(mg_connection* connection, void* data) {
    const auto& endpoint = *static_cast<const Endpoint*>(data);
    return detail::answer_scrape(connection, *endpoint.page, endpoint.path);
}

}  // namespace

struct ExposerBridge::State {
    CivetCallbacks callbacks;
    mg_context* server = nullptr;  // null before the Exposer is made and after it is gone
    std::vector<std::unique_ptr<Endpoint>> endpoints;
};

namespace {

// civetweb's callbacks carry no data of the user: the bridge for which this thread is making an
// Exposer, and the bridges that have one.
constinit thread_local mg_context** awaiting_server = nullptr;

struct Bridges {
    std::mutex mutex;
    std::vector<mg_context**> servers;
};

Bridges& bridges() {
    static auto* const all = new Bridges;
    return *all;
}

extern "C" void ctx_server_started(const mg_context* server) {
    if (awaiting_server == nullptr) return;
    *std::exchange(awaiting_server, nullptr) = const_cast<mg_context*>(server);
}

extern "C" void ctx_server_stopped(const mg_context* server) {
    const std::lock_guard lock{bridges().mutex};
    for (mg_context** known : bridges().servers) {
        if (*known == server) *known = nullptr;
    }
}

}  // namespace

ExposerBridge::ExposerBridge() : state_(std::make_unique<State>()) {
    state_->callbacks.init_context = ctx_server_started;
    state_->callbacks.exit_context = ctx_server_stopped;
    const std::lock_guard lock{bridges().mutex};
    bridges().servers.push_back(&state_->server);
}

ExposerBridge::~ExposerBridge() {
    if (awaiting_server == &state_->server) awaiting_server = nullptr;
    mg_context* server = nullptr;
    {
        const std::lock_guard lock{bridges().mutex};
        std::erase(bridges().servers, &state_->server);
        server = state_->server;
    }
    if (server == nullptr) return;
    for (const auto& endpoint : state_->endpoints)
        mg_set_request_handler(server, endpoint->path.c_str(), nullptr, nullptr);
}

const CivetCallbacks* ExposerBridge::callbacks() {
    awaiting_server = &state_->server;
    return &state_->callbacks;
}

absl::Status ExposerBridge::serve(std::shared_ptr<const MetricsPage> page,
                                  const std::string& path) {
    mg_context* server = nullptr;
    {
        const std::lock_guard lock{bridges().mutex};
        server = state_->server;
    }
    if (server == nullptr) {
        return absl::FailedPreconditionError(
            "no running Exposer was made with the callbacks of this bridge");
    }
    if (!path.starts_with('/') || page == nullptr) {
        return absl::InvalidArgumentError("a page and a path that starts with / are needed");
    }
    // Earlier endpoints stay until the bridge goes: a request may be in one of them.
    Endpoint& endpoint = *state_->endpoints.emplace_back(
        std::make_unique<Endpoint>(Endpoint{path, std::move(page)}));
    mg_set_request_handler(server, path.c_str(), ctx_answer_scrape, &endpoint);
    return absl::OkStatus();
}

}  // namespace ctx
