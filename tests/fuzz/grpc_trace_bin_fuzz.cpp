// grpc-trace-bin: the input is the bytes; as they are, and as base64 with and without padding.

#include "fuzz/format_checks.hpp"
#include <ctx/baggage/carriers.hpp>

namespace {

using namespace ctx::fuzz;

std::string hex_of(const std::string& bytes) {
    std::string text;
    for (const char byte : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
        text += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

Read reference(const std::string& bytes) {
    if (bytes.empty() || bytes[0] != 0) return {};
    Read read{"", "", "0"};
    for (std::size_t at = 1; at < bytes.size();) {
        const std::size_t sizes[] = {16, 8, 1};
        const auto number = static_cast<unsigned char>(bytes[at]);
        if (number > 2) break;
        const std::string field = bytes.substr(at + 1, sizes[number]);
        if (field.size() < sizes[number]) return {};
        if (number == 0) read.trace = without_zeros(hex_of(field));
        if (number == 1) read.span = without_zeros(hex_of(field));
        if (number == 2) read.decision = (field[0] & 1) != 0 ? "1" : "0";
        at += 1 + field.size();
    }
    return read.trace.empty() || read.span.empty() ? Read{} : read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 300) return 0;
    const std::string bytes{reinterpret_cast<const char*>(data), size};
    const Read expected = reference(bytes);
    const auto reads = [&expected](const Headers& /*in*/) { return expected; };
    std::string text = ctx::encode_base64(bytes);
    check_format(ctx::grpc_trace_bin_format, {{"Grpc-Trace-Bin", text}}, reads, same_read);
    while (text.ends_with('='))
        text.pop_back();
    check_format(ctx::grpc_trace_bin_format, {{"grpc-trace-bin", text}}, reads, same_read);
    if (!bytes.empty() && bytes[0] == 0) {
        check_format(ctx::grpc_trace_bin_format, {{"grpc-trace-bin", bytes}}, reads, same_read);
    }
    // Anything at all is safe.
    (void)ctx::Propagators{ctx::grpc_trace_bin_format}.extract(Headers{{"grpc-trace-bin", bytes}});
    return 0;
}
