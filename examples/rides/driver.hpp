// The service `driver`: timers and callbacks, no coroutine and no thread of its own.

#pragma once

#include "service.hpp"

#include <atomic>

namespace rides {

class DriverService {
public:
    static constexpr int drivers_per_ride = 4;

    DriverService(net::io_context& io, const Service& service, prometheus::Counter& retries)
        : io_(&io), service_(&service), retries_(&retries) {}

    /// GET /drivers?near=X,Y&ride=R: `[{"id","location"}, …]`. Every fifth lookup fails once.
    void handle(const Request& request, Reply reply);

private:
    class Search;

    net::io_context* io_;
    const Service* service_;
    prometheus::Counter* retries_;
    std::atomic<unsigned> lookups_{0};
};

}  // namespace rides
