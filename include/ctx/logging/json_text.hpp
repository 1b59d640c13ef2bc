// ctx/logging/json_text.hpp: any bytes as the inside of a JSON string, on one line.
//
//     std::string line = "{\"message\":\"";
//     ctx::log::append_json_text(line, untrusted);      // say "hi"\n  becomes  say \"hi\"\n
//     line += "\"}";
//
// `"`, `\` and C0 are escaped as JSON demands (the short form where there is one), and so are DEL,
// C1 (U+0080 to U+009F), U+2028 and U+2029, which terminals and JavaScript readers take for
// commands or line ends. Ill-formed UTF-8 becomes one U+FFFD per maximal subpart. All else passes
// as it is. The result never contains a line end.
//
// Threads   Pure functions.
// Errors    Any bytes are accepted. append_json_text() throws std::bad_alloc only.
// Cost      Plain ASCII is looked at 16 bytes at a time and copied at once:
// bench/logging_bench.cpp.

#pragma once

#include <ctx/export.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace ctx::log {

/// A text whose escaped form was measured, so that it can be written into memory made for it.
struct JsonText {
    std::string_view text;
    std::size_t size = 0;   ///< bytes of the escaped form
    bool verbatim = true;   ///< the escaped form is the text itself
    bool repaired = false;  ///< parts of the text were no UTF-8
};

/// Measures the escaped form of `text`, which is borrowed.
[[nodiscard]] CTX_EXPORT JsonText measure_json_text(std::string_view text) noexcept;

/// Writes `measured.size` bytes to `out`. @return the end.
CTX_EXPORT char* write_json_text(char* out, const JsonText& measured) noexcept;

/// Appends the escaped form of `text`. @return what measure_json_text() said.
CTX_EXPORT JsonText append_json_text(std::string& out, std::string_view text);

}  // namespace ctx::log
