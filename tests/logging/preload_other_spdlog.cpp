// Stands for the library of another spdlog (its soname says so) between a program and its own:
// hands the lines on.

#include <dlfcn.h>

namespace {

constexpr const char* symbol = "_ZN6spdlog6logger7log_it_ERKNS_7details7log_msgEbb";
using LogIt = void(void* logger, const void* message, bool log_enabled, bool traceback_enabled);

}  // namespace

extern "C" LogIt log_it asm("_ZN6spdlog6logger7log_it_ERKNS_7details7log_msgEbb");

extern "C" void log_it(void* logger, const void* message, bool log_enabled,
                       bool traceback_enabled) {
    static auto* const next = reinterpret_cast<LogIt*>(dlsym(RTLD_NEXT, symbol));
    next(logger, message, log_enabled, traceback_enabled);
}
