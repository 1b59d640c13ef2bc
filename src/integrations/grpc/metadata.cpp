#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/integrations/grpc/metadata.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {
namespace {

Stat left_out{"ctx_grpc_metadata_left_out_total",
              "Headers not sent as gRPC metadata: not legal there, or too large."};
DiagnosticLimiter limiter;

void complain() noexcept {
    left_out.add();
    if (limiter.pass())
        diagnose(Severity::warning, "grpc", "a header is not legal or too large for metadata");
}

bool is_binary(std::string_view name) noexcept {
    return name.ends_with("-bin");
}

bool is_legal_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

bool is_legal(std::string_view name, std::string_view value) noexcept {
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    return is_legal_name(name) &&
           (is_binary(name) || std::all_of(value.begin(), value.end(), printable));
}

/// As HPACK counts an entry (RFC 7541 4.1); bytes travel as base64.
std::size_t size_on_wire(std::string_view name, std::string_view value) noexcept {
    const std::size_t length = is_binary(name) ? (value.size() + 2) / 3 * 4 : value.size();
    return name.size() + length + 32;
}

std::size_t size_on_wire(const GrpcMetadata::Map& entries) noexcept {
    std::size_t sum = 0;
    for (const auto& [name, value] : entries)
        sum += size_on_wire(name, value);
    return sum;
}

/// What fits into `room`: of a list the members in front (W3C Trace Context 3.3.1.5, Baggage 3.3.2),
/// of others all or nothing.
std::optional<std::string_view> fitting(std::string_view name, std::string_view value,
                                        std::size_t room) noexcept {
    const std::size_t size = size_on_wire(name, value);
    if (size <= room) return value;
    const bool is_list = name == "baggage" || name == "tracestate";
    const std::size_t over = size - room;
    if (!is_list || over >= value.size()) return std::nullopt;
    const std::size_t comma = value.rfind(',', value.size() - over);
    if (comma == std::string_view::npos) return std::nullopt;
    return value.substr(0, comma);
}

}  // namespace

void GrpcMetadata::set(std::string_view name, std::string_view value) {
    remove(name);
    const std::size_t room = limit_ - std::min(limit_, size_on_wire(*entries_));
    const auto sent = is_legal(name, value) ? fitting(name, value, room) : std::nullopt;
    if (sent != value) complain();
    if (sent) entries_->emplace(name, *sent);
}

void GrpcMetadata::remove(std::string_view name) {
    entries_->erase(std::string{name});
}

void GrpcClientStaging::commit() const {
    for (const auto& [name, value] : entries_)
        call_->AddMetadata(name, value);
}

void CarrierTraits<grpc::ClientContext>::set(grpc::ClientContext& call, std::string_view name,
                                             std::string_view value) {
    if (!is_legal(name, value) || size_on_wire(name, value) > default_grpc_metadata_limit) {
        complain();
        return;
    }
    call.AddMetadata(std::string{name}, std::string{value});
}

}  // namespace ctx
