// ctx/context/trace_state.hpp: the vendors' list that travels with a trace (W3C `tracestate`).
//
//     auto state = ctx::TraceState::parse("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
//     state.find("congo");                 // "t61rcWkgMzE"
//     state = state.set("mine", "1");      // "mine=1,rojo=…,congo=…": the newest is left-most
//
// Threads   Immutable: use one from any number of threads.
// Errors    parse() is all or nothing, as strict peers demand: a list with one bad member reads
//           as empty. set() leaves the list alone when key or value break the grammar and says so.
// Cost      8 bytes. Copy is one relaxed increment; parse checks each byte once and allocates once.

#pragma once

#include <ctx/context/detail/counted_text.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace ctx {

/// An immutable `tracestate` list (W3C Trace Context Level 2, 3.3). Empty by default.
class TraceState {
public:
    static constexpr std::size_t max_members = 32;

    TraceState() noexcept = default;

    /// Reads a `tracestate` value: at most 32 members, keys and values of the Level 2 grammar.
    /// Leading spaces of a value are data; white space around members is not.
    /// @param header  several header lines joined with ','.
    /// @return the list, white space around members removed and only the first (newest) of
    ///         members with one key kept; empty when any member is invalid.
    /// @throws std::bad_alloc, and nothing else whatever the input.
    [[nodiscard]] CTX_EXPORT static TraceState parse(std::string_view header);

    [[nodiscard]] bool empty() const noexcept { return !text_; }

    /// The list as it is sent, members separated by ','. Valid as long as this TraceState.
    [[nodiscard]] std::string_view header() const noexcept { return text_.view(); }

    /// The value stored under `key`, or nothing.
    [[nodiscard]] CTX_EXPORT std::optional<std::string_view> find(
        std::string_view key) const noexcept;

    /// A list with `key` at its left end (3.5, mutating the tracestate field). A list of 32 loses
    /// its right-most member.
    /// @return nothing when key or value break the grammar.
    [[nodiscard]] CTX_EXPORT std::optional<TraceState> set(std::string_view key,
                                                           std::string_view value) const;

    friend bool operator==(const TraceState& a, const TraceState& b) noexcept {
        return a.header() == b.header();
    }

private:
    explicit TraceState(detail::CountedText text) noexcept : text_(std::move(text)) {}

    detail::CountedText text_;
};

}  // namespace ctx
