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

void add_exception(ValueBuffer& out, const std::exception& exception) noexcept {
    add_type(out, typeid(exception));
    out.add("exception.message", exception.what());
}

void add_code(ValueBuffer& out, const std::error_code& code) noexcept {
    out.add("error.code", std::int64_t{code.value()});
    out.add("error.category", code.category().name());
    try {
        const std::string message = code.message();
        out.add("error.message", std::string_view{message});
    } catch (...) {
        out.add("error.message", "");
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

void add_error(ValueBuffer& out, const ErrorValue& error) noexcept {
    if (error.code != nullptr) add_code(out, *error.code);
    if (error.exception != nullptr) add_exception(out, *error.exception);
    add_pointer(out, error.pointer);
    // A std::system_error says its code, too.
    if (const auto* system = dynamic_cast<const std::system_error*>(error.exception)) {
        add_code(out, system->code());
    }
}

}  // namespace ctx::log::detail
