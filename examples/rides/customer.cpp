#include "customer.hpp"

#include "random.hpp"
#include <ctx/executors.hpp>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <charconv>
#include <chrono>
#include <thread>

namespace rides {

using std::chrono::microseconds;

void CustomerService::handle(const Request& request, Reply reply) {
    const std::string text = query_value(request, "id").value_or("");
    int id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    // The pool knows nothing of contexts; what is posted through the wrapper carries its own.
    ctx::wrap(pool_).post([this, id, ride = ride_of(request), reply = std::move(reply)] {
        look_up(id, ride, reply);
    });
}

void CustomerService::look_up(int id, const std::string& ride, const Reply& reply) {
    const Customer* customer = query(id, ride);
    if (customer == nullptr) {
        service_->log->warn("ride={} no customer {}", ride, id);
        reply(refusal(http::status::not_found, "no such customer"));
        return;
    }
    service_->log->info("ride={} customer {} waits at {}", ride, id, customer->location);
    const nlohmann::json body{
        {"id", id}, {"name", customer->name}, {"location", customer->location}};
    reply(answer(http::status::ok, json_type, body.dump()));
}

std::unique_lock<std::mutex> CustomerService::connect() {
    const auto waiting = service_->tracer.start_scoped("wait for connection");
    return std::unique_lock{database_};
}

const Customer* CustomerService::query(int id, const std::string& ride) {
    const auto connection = connect();
    auto span = service_->tracer.start_scoped(
        "SELECT customer", {.kind = ctx::SpanKind::client,
                            .attributes = {{"db.system.name", "rides_db"},
                                           {"db.query.text", "SELECT * FROM customer WHERE id=?"},
                                           {"customer.id", id}}});
    std::this_thread::sleep_for(microseconds{random_between(3000, 8000)});
    if (++queries_ % 43 == 0) {
        service_->log->warn("ride={} page of customer {} is not in memory", ride, id);
        span.add_event("page fault", {{"db.page", id % 7}});
        std::this_thread::sleep_for(microseconds{random_between(60'000, 160'000)});
    }
    for (const Customer& customer : customers) {
        if (customer.id == id) return &customer;
    }
    return nullptr;
}

}  // namespace rides
