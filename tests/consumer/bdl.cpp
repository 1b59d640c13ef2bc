// Writes and reads a typed bag whose class is generated from bdl.bb.
// Prints: acme
// Prints: 7 rows
#include "bdl.hpp"

#include <cstdio>
#include <string>

int main() {
    constexpr ctx::bdl::BagNumber number{consumer::Tenant::number};
    auto tenant = consumer::Tenant::from(ctx::Baggage{}, number);
    tenant.set_name("acme");
    tenant.increment_rows(7);

    const auto baggage = tenant.applied_to(ctx::Baggage{}, number);
    const auto read = consumer::Tenant::from(baggage, number);
    std::printf("%s\n", std::string(read.name().value_or("nobody")).c_str());
    std::printf("%u rows\n", static_cast<unsigned>(read.rows().value()));
}
