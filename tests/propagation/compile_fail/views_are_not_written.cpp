// A header written into a view would be gone after the call.

#include <ctx/propagation/propagator.hpp>

#include <map>
#include <string>
#include <string_view>

void write(ctx::ContextView context);

void write(ctx::ContextView context) {
#ifdef CTX_EXPECT_ERROR
    std::map<std::string, std::string_view> headers;
#else
    std::map<std::string, std::string> headers;
#endif
    ctx::inject(context, headers);
}
