#include "logging/preload/behind.hpp"

#include <ctx/context/resource.hpp>
#include <ctx/context/self_check.hpp>

#include <spdlog/version.h>

#include <dlfcn.h>
#include <link.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

namespace ctx::log::detail {
namespace {

// The name of log_it_, and of the library that has the one this is compiled for.
constexpr const char* symbol = "_ZN6spdlog6logger7log_it_ERKNS_7details7log_msgEbb";
constexpr std::string_view known_soname = "libspdlog.so.1.10";
static_assert(SPDLOG_VERSION / 100 == 110, "another spdlog needs another soname, and a new look");

void say(const char* what, const char* detail) noexcept {
    std::fprintf(stderr, "libctx_log_preload: %s%s; log lines stay as they are\n", what, detail);
}

// NOLINTBEGIN(performance-no-int-to-ptr): the loader names addresses as numbers
const char* soname_of(const link_map& object) noexcept {
    const char* strings = nullptr;
    const ElfW(Dyn)* name = nullptr;
    for (const ElfW(Dyn)* entry = object.l_ld; entry->d_tag != DT_NULL; ++entry) {
        if (entry->d_tag == DT_STRTAB) strings = reinterpret_cast<const char*>(entry->d_un.d_ptr);
        if (entry->d_tag == DT_SONAME) name = entry;
    }
    return strings == nullptr || name == nullptr ? object.l_name : strings + name->d_un.d_val;
}
// NOLINTEND(performance-no-int-to-ptr)

const link_map* object_of(const void* address) noexcept {
    Dl_info info{};
    void* object = nullptr;
    return dladdr1(address, &info, &object, RTLD_DL_LINKMAP) != 0 ? static_cast<link_map*>(object)
                                                                  : nullptr;
}

Behind found(void* handle) noexcept {
    void* address = dlsym(handle, symbol);
    if (address == nullptr) return {};
    const link_map* object = object_of(address);
    const char* soname = object == nullptr ? "?" : soname_of(*object);
    const Behind result{reinterpret_cast<Behind::LogIt*>(address), soname == known_soname};
    static std::atomic_flag said = ATOMIC_FLAG_INIT;
    if (!result.is_known && is_switched_on() && !said.test_and_set()) {
        say("made for libspdlog.so.1.10, not for the spdlog in ", soname);
    }
    return result;
}

/// For an object that was loaded at run time and keeps its libraries to itself: what it finds there.
Behind found_by(const void* caller) noexcept {
    const link_map* object = object_of(caller);
    // Who sees what all see has come to us, and is served from behind us.
    if (object == nullptr || *object->l_name == '\0') return found(RTLD_NEXT);
    void* handle = dlopen(object->l_name, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) return {};
    const Behind result = found(handle);
    dlclose(handle);
    return result;
}

bool decide() {
    const char* value = std::getenv("CTX_LOG_PRELOAD");  // NOLINT(concurrency-mt-unsafe)
    const std::string_view wanted = value == nullptr ? "" : value;
    if (wanted == "off" || sdk_disabled()) return false;
    if (!wanted.empty() && wanted != "on") {
        say("CTX_LOG_PRELOAD is neither on nor off: ", value);
        return false;
    }
    const SelfCheck check = self_check();
    if (!check.ok()) say("", check.to_string().c_str());
    return check.ok();
}

}  // namespace

Behind behind(const void* caller) noexcept {
    static const Behind global = found(RTLD_NEXT);
    return global.log_it != nullptr ? global : found_by(caller);
}

bool is_switched_on() noexcept {
    static const bool on = [] {
        try {
            return decide();
        } catch (const std::exception&) {
            return false;
        }
    }();
    return on;
}

}  // namespace ctx::log::detail
