// ctx/propagation/callback_carrier.hpp: a carrier made of function pointers, for C libraries.
//
//     ctx::CallbackCarrier headers{request, &get_header, &set_header, &remove_header};
//     ctx::Context caller = ctx::extract(headers);
//     ctx::inject(ctx::current(), headers);
//
// Threads   The functions are called on the calling thread, during the call only.
// Errors    The functions report nothing; a null function reads nothing, or writes nothing.
// Cost      One call per header name.

#pragma once

#include <ctx/propagation/carrier.hpp>

#include <cstddef>
#include <string_view>

namespace ctx {

/// Access to headers through plain functions. Names are given in lower case and end
/// with a NUL behind their last character; values need not. Names have at most 255 characters.
struct CallbackCarrier {
    /// Takes the value of one header line; `sink` is what `get` was given.
    using Emit = void (*)(void* sink, const char* value, std::size_t size);

    void* user = nullptr;
    /// Calls `emit` once for each line of the header, in any case of its name, in order. The
    /// values must stay where they are until extract() returns.
    void (*get)(void* user, const char* name, void* sink, Emit emit) = nullptr;
    /// Replaces all lines of that name by one.
    void (*set)(void* user, const char* name, const char* value, std::size_t size) = nullptr;
    /// Removes all lines of that name.
    void (*remove)(void* user, const char* name) = nullptr;
};

template <>
struct CarrierTraits<CallbackCarrier> {
    template <typename Visit>
    static void find(const CallbackCarrier& carrier, std::string_view name, Visit&& visit) {
        const CString c_name{name};
        if (carrier.get == nullptr || !c_name.fits) return;
        auto forward = [&visit](std::string_view value) { visit(value); };
        carrier.get(carrier.user, c_name.text, &forward,
                    [](void* sink, const char* value, std::size_t size) {
                        (*static_cast<decltype(forward)*>(sink))(std::string_view{value, size});
                    });
    }

    static void set(CallbackCarrier& carrier, std::string_view name, std::string_view value) {
        const CString c_name{name};
        if (carrier.set == nullptr || !c_name.fits) return;
        carrier.set(carrier.user, c_name.text, value.data(), value.size());
    }

    static void remove(CallbackCarrier& carrier, std::string_view name) {
        const CString c_name{name};
        if (carrier.remove == nullptr || !c_name.fits) return;
        carrier.remove(carrier.user, c_name.text);
    }

private:
    struct CString {
        explicit CString(std::string_view name) noexcept : fits(name.size() < sizeof text) {
            if (fits) name.copy(text, name.size());
        }
        bool fits;
        char text[256] = {};
    };
};

}  // namespace ctx
