#include "executors/torture/torture.hpp"

#include <ctx/executors.hpp>
#include <ctx/logging.hpp>

#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace ctx::torture {
namespace {

const Key<std::uint64_t> number_key{"torture.number"};

// Whether a log line would name the request that was told.
bool is_logged_as(const Told& told, ContextView now) {
    log::FragmentBuffer buffer;
    const log::RecordContext record = log::record_context(now, buffer);
    return record.trace_id == told.trace && record.span_id == told.span &&
           record.fields == ",\"request\":\"" + told.request + "\"";
}

bool is_for(const Told& told, ContextView now) {
    const Baggage& baggage = now.baggage();
    const std::uint64_t* number = now.get(number_key);
    return now.trace_id() == told.trace && now.span_id() == told.span && number != nullptr &&
           *number == told.number && baggage.find("request") == std::string_view{told.request} &&
           baggage.find("branch").value_or("") == told.branch &&
           baggage.contains("left") == told.joined;
}

}  // namespace

Torture::Torture(std::int64_t tasks, std::uint64_t seed) : seed_(seed) {
    tally_.budget = tasks;
}

Tally& Torture::run() {
    for (const auto& hops : hops_)
        ways_ += hops->ways();
    std::vector<std::thread> callers;
    for (std::uint64_t caller = 0; caller < 8; ++caller)
        callers.emplace_back([this, caller] { call(caller); });
    for (std::thread& caller : callers)
        caller.join();
    return tally_;
}

int Torture::finish() {
    int left = 0;
    for (const auto& hops : hops_)
        left += hops->finish();
    return left;
}

// One of eight threads that send requests, a few at a time.
void Torture::call(std::uint64_t caller) {
    std::uint64_t number = 0;
    while (tally_.budget.load(std::memory_order_relaxed) > 0) {
        std::vector<std::future<void>> waiting;
        for (int i = 0; i < 4; ++i)
            waiting.push_back(send(caller * 1'000'000'000 + number++));
        for (std::future<void>& request : waiting)
            request.wait();
        if (current()) fail();
    }
}

std::future<void> Torture::send(std::uint64_t number) {
    const SpanContext span{new_trace_id(), new_span_id(), {}, {}, false};
    const std::string name = std::to_string(number);
    const Scope scope{Context{}
                          .with_span(span)
                          .with_baggage(Baggage{}.set("request", name))
                          .with(number_key, number)};
    Done done{new std::promise<void>, [](std::promise<void>* promise) {
                  promise->set_value();
                  delete promise;
              }};
    std::future<void> over = done->get_future();
    spread({.told = {.trace = span.trace_id,
                     .span = span.span_id,
                     .number = number,
                     .request = name,
                     .branch = {},
                     .joined = false},
            .done = std::move(done),
            .seed = static_cast<unsigned>(seed_ * 31 + number + 1),
            .depth = 4});
    return over;
}

void Torture::check(const Told& told) {
    const ContextView now = current();
    if (!now) {
        ++tally_.empty;
    } else if (!is_for(told, now) || !is_logged_as(told, now)) {
        fail();
    }
}

void Torture::count_task() noexcept {
    ++tally_.tasks;
    --tally_.budget;
}

void Torture::task(const Job& job) {
    count_task();
    check(job.told);
    spread(job);
    check(job.told);
}

void Torture::spread(const Job& job) {
    if (job.depth == 0) return;
    Random random{job.seed};
    const unsigned children = random() % 3 == 0 ? 1 : 2;
    for (unsigned number = 0; number < children; ++number) {
        Job next = job;
        next.seed = static_cast<unsigned>(random()) + number;
        next.depth = job.depth - 1;
        switch (random() % 4) {
            case 0:
                fork(std::move(next), random);
                break;
            case 1:
                join_branches(std::move(next), random);
                break;
            default:
                hop(std::move(next), random);
        }
    }
}

Context Torture::child(const char* branch, Told& told) {
    const SpanContext span = child_of(current());
    told.span = span.span_id;
    told.branch = branch;
    return Context{current()}.with_span(span).with_baggage(
        current().baggage().set("branch", branch));
}

// A child span with baggage of its own.
void Torture::fork(Job job, Random random) {
    const Scope scope{child(random() % 2 == 0 ? "fork" : "other fork", job.told)};
    check(job.told);
    hop(std::move(job), random);
}

// Two branches, joined: baggage of both.
void Torture::join_branches(Job job, Random random) {
    const auto make = [](BaggageKey key) {
        return async(std::launch::deferred, [key] {
            return Context{current()}.with_baggage(current().baggage().set(key, "seen"));
        });
    };
    auto left = make("left");
    auto right = make("right");
    job.told.joined = true;
    const Scope scope{join(left.get(), right.get())};
    check(job.told);
    hop(std::move(job), random);
}

void Torture::hop(Job job, Random random) {
    auto way = static_cast<unsigned>(random() % ways_);
    for (const auto& hops : hops_) {
        if (way < hops->ways()) return hops->hop(std::move(job), way, random);
        way -= hops->ways();
    }
}

}  // namespace ctx::torture
