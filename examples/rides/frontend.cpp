#include "frontend.hpp"

#include <ctx/context.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace rides {
namespace {

using std::chrono::steady_clock;
using Json = nlohmann::json;

/// The ride cannot be had, and this is what the caller hears.
struct Refused : std::runtime_error {
    Refused(http::status answer_status, const std::string& why)
        : std::runtime_error(why), status(answer_status) {}
    http::status status;
};

Json read_answer(const Response& response, const char* service) {
    if (response.result() == http::status::not_found) {
        throw Refused{http::status::not_found, std::string{"not known to "} + service};
    }
    if (response.result() != http::status::ok) {
        throw Refused{http::status::bad_gateway, std::string{service} + " failed"};
    }
    return Json::parse(response.body());
}

std::int64_t unix_ms_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

double milliseconds_since(steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

}  // namespace

void RideList::add(Ride ride) {
    ++total_;
    if (!ride.ok) ++errors_;
    const std::lock_guard lock{mutex_};
    rides_.push_front(std::move(ride));
    if (rides_.size() > shown) rides_.pop_back();
}

std::vector<Ride> RideList::newest_first() const {
    const std::lock_guard lock{mutex_};
    return {rides_.begin(), rides_.end()};
}

Frontend::Frontend(net::io_context& io, const Service& service, const Telemetry& telemetry,
                   const Ports& ports, RideList& rides)
    : io_(&io),
      service_(&service),
      customer_(io, service, "customer", ports.customer),
      driver_(io, service, "driver", ports.driver),
      route_(io, service, "route", ports.route),
      ride_seconds_(telemetry.metrics.ride_seconds->with()),
      done_(telemetry.metrics.rides->with({"ok"})),
      failed_(telemetry.metrics.rides->with({"error"})),
      in_flight_(&telemetry.old_metrics.rides_in_flight),
      rides_(&rides) {}

void Frontend::dispatch(const Request& request, Reply reply) {
    Order order{.ride = ride_of(request),
                .customer_id = query_value(request, "customer").value_or("")};
    if (order.ride.empty()) order.ride = 'f' + std::to_string(++own_rides_);
    // From the first line to the last, on whatever thread, the coroutine runs in this context.
    net::co_spawn(ctx::asio::wrap(net::make_strand(*io_)),
                  serve(std::move(order), std::move(reply)), net::detached);
}

net::awaitable<void> Frontend::serve(Order order, Reply reply) {
    in_flight_->Increment();
    service_->log->info("ride={} wanted by customer {}", order.ride, order.customer_id);
    Response response;
    try {
        response = served(order, co_await find(order));
    } catch (const Refused& refused) {
        response = failed(order, refused.status, refused.what());
    } catch (const std::exception& error) {
        response = failed(order, http::status::bad_gateway, error.what());
    }
    in_flight_->Decrement();
    reply(std::move(response));
}

net::awaitable<Frontend::Found> Frontend::find(const Order& order) {
    if (order.customer_id.empty() ||
        order.customer_id.find_first_not_of("0123456789") != std::string::npos) {
        throw Refused{http::status::bad_request, "customer must be a number"};
    }
    const Response response =
        co_await customer_.get("/customer", "id=" + order.customer_id + "&ride=" + order.ride);
    const Json customer = read_answer(response, "customer");
    const std::string name = customer.at("name");

    // Who the rest of the request is for goes into the baggage: driver and route will know,
    // although nobody tells them.
    const ctx::ContextView now = ctx::current();
    const ctx::Context known = ctx::Context{now}.with_baggage(now.baggage().set("customer", name));
    const std::string place = customer.at("location");
    co_return co_await ctx::asio::with_context(known,
                                               [&] { return find_driver(order, name, place); });
}

net::awaitable<Frontend::Found> Frontend::find_driver(const Order& order,
                                                      const std::string& customer,
                                                      const std::string& place) {
    using namespace net::experimental::awaitable_operators;
    const Response response =
        co_await driver_.get("/drivers", "near=" + place + "&ride=" + order.ride);
    const Json drivers = read_answer(response, "driver");
    const auto route = [&](std::size_t i) {
        return eta(order, drivers.at(i).at("location"), place);
    };
    const auto [a, b, c, d] = co_await (route(0) && route(1) && route(2) && route(3));
    const std::array etas{a, b, c, d};
    const auto best = std::min_element(etas.begin(), etas.end());
    const std::string driver = drivers.at(static_cast<std::size_t>(best - etas.begin())).at("id");
    service_->log->info("ride={} goes to driver {}, {} s away", order.ride, driver, *best);
    done_.add();
    co_return Found{customer, driver, *best};
}

net::awaitable<int> Frontend::eta(const Order& order, std::string from, std::string to) {
    const Response response =
        co_await route_.get("/route", "from=" + from + "&to=" + to + "&ride=" + order.ride);
    co_return read_answer(response, "route").at("eta_seconds").get<int>();
}

Response Frontend::served(const Order& order, const Found& found) {
    const double took = milliseconds_since(order.start);
    ride_seconds_.observe(took / 1000);
    const std::string trace_id = ctx::current().trace_id().to_string();
    list(order, {.customer = found.customer, .driver = found.driver, .ok = true});
    const Json body{{"trace_id", trace_id},
                    {"customer", found.customer},
                    {"driver", found.driver},
                    {"eta_seconds", found.eta_seconds},
                    {"latency_ms", took}};
    return answer(http::status::ok, json_type, body.dump());
}

Response Frontend::failed(const Order& order, http::status status, std::string_view why) {
    failed_.add();
    service_->log->error("ride={} failed: {}", order.ride, why);
    list(order, {.customer = order.customer_id});
    return refusal(status, why);
}

void Frontend::list(const Order& order, Ride ride) {
    ride.unix_ms = unix_ms_now();
    ride.trace_id = ctx::current().trace_id().to_string();
    ride.latency_ms = milliseconds_since(order.start);
    rides_->add(std::move(ride));
}

}  // namespace rides
