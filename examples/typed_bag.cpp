// A typed bag from nothing: set it, read it, fork, join. order.bb says what is in it.
//
//   $ ./typed_bag
//   callee: acme, 12 rows, experiments: new-cart
//   joined: acme, 50 rows, experiments: fast-search new-cart, queue 7
//   limit 40: acme, 0 rows, experiments: fast-search, overflow
//   limit 80: acme, 50 rows, experiments: fast-search new-cart, queue 7

#include "order.hpp"
#include <ctx/context.hpp>

#include <iostream>
#include <string_view>

namespace {

void print(std::string_view who, const shop::Order& order) {
    std::cout << who << ": " << order.customer().value_or("nobody") << ", "
              << order.rows_read().value() << " rows, experiments:";
    for (const std::string_view experiment : order.experiments())
        std::cout << ' ' << experiment;
    if (const auto queue = order.longest_queue()) std::cout << ", queue " << *queue;
    std::cout << (order.overflow() ? ", overflow\n" : "\n");
}

void callee() {
    // [snippet read]
    const auto order = shop::Order::get(ctx::current());
    print("callee", order);
    // [end]
}

void start() {
    // [snippet write]
    auto order = shop::Order::get(ctx::current());  // what the caller sent, or nothing yet
    order.set_customer("acme");
    order.add_experiments("new-cart");
    order.increment_rows_read(12);
    const ctx::Scope scope{shop::Order::with(ctx::current(), order)};
    callee();
    // [end]
}

ctx::Context request() {
    shop::Order order;
    order.set_customer("acme");
    order.add_experiments("new-cart");
    order.increment_rows_read(12);
    return shop::Order::with(ctx::Context{}, order);
}

ctx::Context fork_and_join(const ctx::Context& request) {
    // [snippet fork]
    auto left = shop::Order::get(request);  // one worker
    left.increment_rows_read(30);
    left.add_experiments("fast-search");
    left.set_customer("globex");

    auto right = shop::Order::get(request);  // another, at the same time
    right.increment_rows_read(8);
    right.set_longest_queue(7);

    return join(shop::Order::with(request, left), shop::Order::with(request, right));
    // [end]
}

void cut(const ctx::Context& context) {
    // [snippet cut]
    const auto cut = ctx::Baggage::from_atoms(context.baggage().trimmed(40));
    print("limit 40", shop::Order::get(ctx::Context{}.with_baggage(cut)));
    // [end]
    const auto whole = ctx::Baggage::from_atoms(context.baggage().trimmed(80));
    print("limit 80", shop::Order::get(ctx::Context{}.with_baggage(whole)));
}

}  // namespace

int main() {
    start();
    const ctx::Context joined = fork_and_join(request());
    print("joined", shop::Order::get(joined));
    cut(joined);
}
