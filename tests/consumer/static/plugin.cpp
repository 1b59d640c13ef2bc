// Has a copy of ctx of its own: it cannot see the program's context.
#include <ctx/context.hpp>

extern "C" __attribute__((visibility("default"))) bool plugin_has_context() {
    return static_cast<bool>(ctx::current());
}
