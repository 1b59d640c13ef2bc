// ctx/propagation/environment.hpp: environment variables as a carrier, for child processes.
//
//     ctx::Context caller = ctx::extract(ctx::EnvironmentReader{});       // in the child, once
//
//     ctx::Environment environment = ctx::Environment::of_this_process();   // in the parent
//     ctx::inject(ctx::current(), environment);
//     posix_spawn(&pid, path, nullptr, nullptr, arguments, environment.data());
//
// Names as OpenTelemetry's "Environment Variables as Context Propagation Carriers" has them: upper
// case, every character outside of A-Z, 0-9 and "_" is "_", and a digit in front gets a "_" before
// it. `traceparent` is TRACEPARENT, `x-b3-traceid` is X_B3_TRACEID. Only such names are read.
// Formats with a header per baggage entry cannot read theirs back: a variable does not tell "-"
// from "_".
//
// Threads   EnvironmentReader reads `environ` when it is used: not while another thread calls
//           setenv(), as with getenv(). Environment is a value.
// Errors    std::bad_alloc only.
// Cost      Reading: a walk over the variables per header name.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/carrier.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {

/// The name of the variable that stands for a header.
[[nodiscard]] CTX_EXPORT std::string environment_name(std::string_view header);

namespace detail {
/// Whether `variable` is environment_name(header), without making it.
[[nodiscard]] CTX_EXPORT bool is_environment_name(std::string_view variable,
                                                  std::string_view header) noexcept;
}  // namespace detail

/// Reads the environment, that of this process if not given another one.
class CTX_EXPORT EnvironmentReader {
public:
    EnvironmentReader() noexcept;
    /// @param variables  `NAME=value` strings behind each other, a null pointer at the end.
    /// Borrowed.
    explicit EnvironmentReader(const char* const* variables) noexcept : variables_(variables) {}

    /// `NAME=value`, or null when there are no more.
    [[nodiscard]] const char* at(std::size_t index) const noexcept {
        return variables_ == nullptr ? nullptr : variables_[index];
    }

private:
    const char* const* variables_;
};

template <>
struct CarrierTraits<EnvironmentReader> {
    template <typename Visit>
    static void find(const EnvironmentReader& carrier, std::string_view name, Visit&& visit) {
        for (std::size_t i = 0; const char* variable = carrier.at(i); ++i) {
            const std::string_view text{variable};
            const std::size_t end = text.find('=');
            if (end == std::string_view::npos) continue;
            if (detail::is_environment_name(text.substr(0, end), name)) {
                visit(text.substr(end + 1));
            }
        }
    }
};

/// Variables for a process that is to be started.
class CTX_EXPORT Environment {
public:
    /// None.
    Environment() = default;
    /// A copy of what this process has.
    [[nodiscard]] static Environment of_this_process();

    /// Sets a variable. A name that is empty or has a "=" or NUL is left out, a value ends at its
    /// first NUL.
    void set(std::string_view name, std::string_view value);
    void unset(std::string_view name);
    /// All whose names begin so.
    void unset_prefixed(std::string_view prefix);
    [[nodiscard]] std::size_t size() const noexcept { return variables_.size(); }

    /// For execve() and posix_spawn(): valid until the next change, as long as this object.
    [[nodiscard]] char* const* data();

private:
    std::vector<std::string> variables_;
    std::vector<char*> pointers_;
};

template <>
struct CarrierTraits<Environment> {
    static void set(Environment& carrier, std::string_view name, std::string_view value) {
        carrier.set(environment_name(name), value);
    }
    static void remove(Environment& carrier, std::string_view name) {
        carrier.unset(environment_name(name));
    }
    static void remove_prefixed(Environment& carrier, std::string_view prefix) {
        carrier.unset_prefixed(environment_name(prefix));
    }
};

}  // namespace ctx
