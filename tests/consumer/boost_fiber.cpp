// Fibers of Boost.Fiber have the context of whoever made them, after every switch.
// Prints: first acme
// Prints: then globex
// Prints: again acme
#include <ctx/context.hpp>
#include <ctx/executors/boost_fiber.hpp>

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>

#include <cstdio>
#include <string>

namespace {

void say(const char* when) {
    const std::string tenant{ctx::current().baggage().find("tenant").value_or("none")};
    std::printf("%s %s\n", when, tenant.c_str());
}

ctx::Context with_tenant(const char* tenant) {
    return ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant));
}

}  // namespace

int main() {
    boost::fibers::use_scheduling_algorithm<ctx::fibers::algo<boost::fibers::algo::round_robin>>();
    boost::fibers::fiber acme;
    boost::fibers::fiber globex;
    {
        const ctx::Scope scope{with_tenant("acme")};
        acme = boost::fibers::fiber{[] {
            say("first");
            boost::this_fiber::yield();
            say("again");
        }};
    }
    {
        const ctx::Scope scope{with_tenant("globex")};
        globex = boost::fibers::fiber{[] { say("then"); }};
    }
    acme.join();
    globex.join();
}
