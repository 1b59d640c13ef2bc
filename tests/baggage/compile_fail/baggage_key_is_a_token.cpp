// A key that no header can carry does not compile.

#include <ctx/baggage/baggage.hpp>

ctx::Baggage change(const ctx::Baggage& baggage);

ctx::Baggage change(const ctx::Baggage& baggage) {
#ifdef CTX_EXPECT_ERROR
    return baggage.set("not a token", "value");
#else
    return baggage.set("token", "value");
#endif
}
