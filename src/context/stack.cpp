#include "context/stack.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace ctx::detail {
namespace {

constexpr int max_frames = 16;

std::string hex(std::uintptr_t number) {
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), number, 16).ptr;
    return "0x" + std::string{digits.begin(), end};
}

std::string offset_from(const void* base, const void* address) {
    return "+" +
           hex(reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(base));
}

std::string demangled(const char* name) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text{
        abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free};
    return text == nullptr ? name : text.get();
}

}  // namespace

std::vector<void*> capture_stack(const void* from) {
    constexpr int most_of_our_own = 8;
    std::array<void*, max_frames + most_of_our_own> frames;
    void** const end = frames.data() + backtrace(frames.data(), static_cast<int>(frames.size()));
    void** const found = std::find(frames.data(), end, from);
    void** const first = found == end ? frames.data() : found;
    return std::vector<void*>(first, std::min(end, first + max_frames));
}

std::string describe_address(void* address) {
    Dl_info info{};
    if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) {
        return hex(reinterpret_cast<std::uintptr_t>(address));
    }
    const std::string object = info.dli_fname + offset_from(info.dli_fbase, address);
    if (info.dli_sname == nullptr) return object;
    return demangled(info.dli_sname) + offset_from(info.dli_saddr, address) + " (" + object + ")";
}

}  // namespace ctx::detail
