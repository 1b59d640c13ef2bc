// Declares once what may be done with each field of the baggage; who sends, receives and listens
// finds it kept.
//
//   $ ./fields
//   audit: truncated note, 22 to 11 bytes, by fields.cpp:39
//   inside: tenant=acme,user=u-4711,note=ring%20twice%2C,debug=true;ttl=1
//   audit: withheld user, 6 to 0 bytes, by inject to partner
//   …
//   partner: tenant=acme

#include <ctx/context.hpp>
#include <ctx/propagation.hpp>

#include <iostream>
#include <map>
#include <string>

namespace {

void declare() {
    using ctx::Field;
    ctx::publish_fields(*ctx::FieldSet::create({
        Field{"tenant"}.log().label("tenant").span().send(ctx::Send::partner),
        Field{"user"}.log(ctx::LogPolicy::hash),
        Field{"note"}.max_bytes(11),
        Field{"debug"}.type(ctx::EntryType::boolean).ttl(2),
    }));
    ctx::set_audit_callback([](const ctx::AuditEvent& event) noexcept {
        if (event.action == ctx::FieldAction::set) return;
        std::cout << "audit: " << to_string(event.action) << ' ' << event.key << ", "
                  << event.size_before << " to " << event.size_after << " bytes, by "
                  << event.who.substr(event.who.rfind('/') + 1) << '\n';
    });
}

ctx::Context receive_order() {
    ctx::Context request = ctx::set_baggage({}, "tenant", "acme");
    request = ctx::set_baggage(request, "user", "u-4711");
    request = ctx::set_baggage(request, "note", "ring twice, then knock");
    return ctx::set_baggage(request, "debug", "true");
}

void call(const char* name, ctx::ContextView request, ctx::Destination destination) {
    std::map<std::string, std::string> headers;
    ctx::inject(request, headers, destination);
    std::cout << name << ": " << headers["baggage"] << '\n';
}

}  // namespace

int main() {
    declare();
    const ctx::Context request = receive_order();
    call("inside", request, ctx::Destination::inside);
    call("partner", request, ctx::Destination::partner);
}
