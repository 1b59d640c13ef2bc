#include "logging/spdlog/stats.hpp"
#include <ctx/logging/spdlog/kv.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace ctx::log::detail {
namespace {

void add_type(ValueBuffer& out, const std::type_info& type) noexcept {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> readable{
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free};
    out.add("exception.type", status == 0 ? readable.get() : type.name());
}

void add_number(ValueBuffer& out, const std::error_code& code) noexcept {
    out.add("error.code", std::int64_t{code.value()});
    out.add("error.category", code.category().name());
}

void add_exception(ValueBuffer& out, const std::exception& exception) noexcept {
    add_type(out, typeid(exception));
    out.add("exception.message", exception.what());
    // Its message says what the code's does.
    if (const auto* system = dynamic_cast<const std::system_error*>(&exception)) {
        add_number(out, system->code());
    }
}

void add_code(ValueBuffer& out, const std::error_code& code) noexcept {
    add_number(out, code);
    try {
        const std::string message = code.message();
        out.add("error.message", std::string_view{message});
    } catch (...) {
        add_format_error(out, "error.message", "");
    }
}

void add_pointer(ValueBuffer& out, const std::exception_ptr& pointer) noexcept {
    if (pointer == nullptr) return;
    try {
        std::rethrow_exception(pointer);
    } catch (const std::exception& exception) {
        add_exception(out, exception);
    } catch (...) {
        if (const std::type_info* type = abi::__cxa_current_exception_type()) add_type(out, *type);
    }
}

}  // namespace

void add_format_error(ValueBuffer& out, std::string_view key, const char* what) noexcept {
    format_errors.add();
    out.add(key, what);
}

void add_error(ValueBuffer& out, const ErrorValue& error) noexcept {
    if (error.has_code) add_code(out, error.code);
    if (error.exception != nullptr) add_exception(out, *error.exception);
    add_pointer(out, error.pointer);
}

}  // namespace ctx::log::detail
