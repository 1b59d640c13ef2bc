// The compiler says in words what a type lacks to be a carrier.

#include <ctx/propagation/propagator.hpp>

#include <string>
#include <utility>
#include <vector>

ctx::Context read();

ctx::Context read() {
#ifdef CTX_EXPECT_ERROR
    const std::vector<std::string> headers;
#else
    const std::vector<std::pair<std::string, std::string> > headers;
#endif
    return ctx::extract(headers);
}
