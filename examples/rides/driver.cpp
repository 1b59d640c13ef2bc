#include "driver.hpp"

#include "random.hpp"
#include <ctx/context.hpp>
#include <ctx/executors/asio.hpp>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace rides {

/// One request: a chain of callbacks, each started by the one before it.
class DriverService::Search : public std::enable_shared_from_this<Search> {
public:
    Search(DriverService& owner, std::string ride, Reply reply)
        : owner_(&owner), timer_(*owner.io_), ride_(std::move(ride)), reply_(std::move(reply)) {}

    void find_nearest(std::string_view near) {
        span_ = tracer().start("find nearest",
                               {.kind = ctx::SpanKind::client,
                                .attributes = {{"db.system.name", "rides_geo"}, {"near", near}}});
        after(random_between(2000, 5000), [this] {
            span_.set_attribute("found", drivers_per_ride);
            span_.end();
            log().info("ride={} {} drivers are near", ride_, drivers_per_ride);
            look_up();
        });
    }

private:
    [[nodiscard]] const ctx::Tracer& tracer() const { return owner_->service_->tracer; }
    [[nodiscard]] spdlog::logger& log() const { return *owner_->service_->log; }

    /// Calls `next` later, in the context of now.
    template <typename Next>
    void after(int microseconds, Next next) {
        timer_.expires_after(std::chrono::microseconds{microseconds});
        timer_.async_wait(ctx::asio::propagate(
            [self = shared_from_this(), next = std::move(next)](beast::error_code error) {
                if (!error) next();
            }));
    }

    void look_up() {
        const std::string id = "T7" + std::to_string(random_between(10000, 99999)) + 'C';
        span_ = tracer().start("GET driver",
                               {.kind = ctx::SpanKind::client,
                                .attributes = {{"db.system.name", "rides_kv"}, {"driver.id", id}}});
        const bool fails = owner_->lookups_.fetch_add(1) % 5 == 4;
        after(random_between(800, 2500), [this, id, fails] {
            if (fails) return retry(id);
            found(id);
        });
    }

    void retry(const std::string& id) {
        owner_->retries_->Increment();
        span_.add_event("retry", {{"attempt", 2}, {"error.type", "timeout"}});
        {
            // The line belongs to the lookup that failed, not to the request as a whole.
            const ctx::Scope scope{span_.context()};
            log().warn("ride={} lookup of {} timed out, trying again", ride_, id);
        }
        after(random_between(2500, 5000), [this, id] { found(id); });
    }

    void found(const std::string& id) {
        span_.end();
        const std::string location =
            std::to_string(random_between(0, 79)) + ',' + std::to_string(random_between(0, 79));
        drivers_.push_back({{"id", id}, {"location", location}});
        if (drivers_.size() < drivers_per_ride) return look_up();
        log().info("ride={} asked {} drivers where they are", ride_, drivers_.size());
        reply_(answer(http::status::ok, json_type, drivers_.dump()));
    }

    DriverService* owner_;
    net::steady_timer timer_;
    std::string ride_;
    Reply reply_;
    ctx::Span span_;
    nlohmann::json drivers_ = nlohmann::json::array();
};

void DriverService::handle(const Request& request, Reply reply) {
    std::make_shared<Search>(*this, ride_of(request), std::move(reply))
        ->find_nearest(query_value(request, "near").value_or("0,0"));
}

}  // namespace rides
