// Two tools that do not know each other, and a proxy that knows neither, share one baggage.
//
//   $ ./two_tools
//   frontend: task 2a, events 1; tenant acme, 1 rows, queue 0
//   shard a:  task 2a, events 1 a; tenant acme, 121 rows, queue 3
//   shard b:  task 2a, events 1 b; tenant acme, 31 rows, queue 7
//   joined:   task 2a, events 1 a b; tenant acme, 151 rows, queue 7
//   …

#include "quota.hpp"
#include "two_tools/proxy.hpp"
#include "two_tools/quota_tool.hpp"
#include "two_tools/tracing_tool.hpp"
#include <ctx/baggage.hpp>
#include <ctx/context.hpp>

#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace two_tools;

void print(std::string_view who, const ctx::Context& context) {
    std::cout << who << describe_task(context) << "; " << describe_usage(context) << '\n';
}

// [snippet carry]
std::string send(const ctx::Context& context) {
    return ctx::encode_base64url(context.baggage().trimmed(512));
}

ctx::Context receive(std::string_view header) {
    const auto bytes = ctx::decode_base64(header);
    return ctx::Context{}.with_baggage(ctx::Baggage::from_atoms(bytes.value_or("")));
}
// [end]

// [snippet shard]
std::string shard(std::string_view name, std::string_view header, std::uint64_t event,
                  std::uint64_t rows, int queue) {
    ctx::Context context = receive(header);
    context = record_event(context, event);
    context = use(context, rows, queue);
    print(name, context);
    return send(context);
}
// [end]

// [snippet partner]
void call_partner(const ctx::Context& context) {
    const auto fields = *ctx::FieldSet::create(quota::Usage::fields());
    const auto print_event = [](void*, const ctx::FieldEvent& event) noexcept {
        std::cout << to_string(event.action) << ' ' << event.key << ": " << to_string(event.reason)
                  << '\n';
    };
    ctx::FieldReport report(print_event, nullptr);
    const auto sent = ctx::outgoing(context.baggage(), fields, ctx::Destination::partner, &report);
    print("partner:  ", ctx::Context{}.with_baggage(sent));
}
// [end]

// [snippet member]
void send_as_member(const ctx::Context& context) {
    std::string text = ctx::encode_base64url(context.baggage().trimmed(512));
    text.resize(text.find_last_not_of('=') + 1);  // would be escaped; the receiver needs none
    const auto sent = ctx::parse_baggage("tier=gold").set("tp", text);
    std::string header;
    ctx::append_w3c(header, sent);  // tier=gold,tp=AvgFAvABCQ…

    const auto received = ctx::parse_baggage(header);
    const auto bytes = ctx::decode_base64(received.find("tp").value_or(""));
    const auto all = join(received.remove("tp"), ctx::Baggage::from_atoms(bytes.value_or("")));
    std::cout << "member:   " << header.substr(0, 27) << "… carries tier "
              << all.find("tier").value_or("none") << " and "
              << describe_usage(context.with_baggage(all)) << '\n';
}
// [end]

}  // namespace

int main() {
    // [snippet main]
    ctx::Context context = begin_task({}, 0x2a);
    context = record_event(context, 0x1);
    context = use(bill_to(context, "acme"), 1, 0);
    print("frontend: ", context);

    const std::string request = send(context);  // to two shards at once
    const std::string a = shard("shard a:  ", request, 0xa, 120, 3);
    const std::string b = shard("shard b:  ", request, 0xb, 30, 7);

    print("joined:   ", join(context, receive(combine(a, b, 512))));
    print("cut:      ", join(context, receive(combine(a, b, 64))));
    print("alone:    ", receive(combine(a, b, 64)));
    // [end]
    call_partner(context);
    send_as_member(context);
}
