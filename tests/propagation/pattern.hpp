// Patterns of header values in data/vectors.json; data/README.md says what the tokens stand for.

#pragma once

#include "propagation/headers.hpp"

#include <map>
#include <regex>
#include <string>
#include <string_view>

namespace ctx::test {

/// The regular expression of a token.
inline std::string expression_of(const std::string& token) {
    const std::string not_callers = "(?!0af76519-?16cd43dd)(?!0+[;:/-]|0+$)";
    static const std::map<std::string, std::string> expressions{
        {"{any}", ".*"},
        {"{b3-sampled}", "(-0|-1|-d)?"},
        {"{flags}", "[0-9a-f]{2}"},
        {"{flags-unsampled}", "0[02]"},
        {"{flags12}", "[0-9a-f]{1,2}"},
        {"{fresh}", not_callers + "[0-9a-f]{32}"},
        {"{fresh16}", "(?!8448eb211c80319c)(?!0{16})[0-9a-f]{16}"},
        {"{freshdec}", "(?!9532127138774266268)[1-9][0-9]{0,19}"},
        {"{fresh-xray}",
         "Root=1-(?!0af76519-16cd43dd)(?!0{8}-0{24})[0-9a-f]{8}-[0-9a-f]{24};"
         "Parent=(?!0{16})[0-9a-f]{16};Sampled=[01?]"},
        {"{span}", "(?!b7ad6b7169203331)(?!0{16})[0-9a-f]{16}"},
        {"{spandec}", "(?!13235353014750950193)[1-9][0-9]{0,19}"},
    };
    const auto at = expressions.find(token);
    return at == expressions.end() ? "(?!)" : at->second;  // an unknown token matches nothing
}

/// Whether `text` is `pattern` with its tokens filled in.
inline bool matches(const std::string& text, std::string_view pattern) {
    std::string expression;
    while (!pattern.empty()) {
        if (pattern.front() == '{') {
            const std::size_t end = pattern.find('}') + 1;
            expression += expression_of(std::string{pattern.substr(0, end)});
            pattern.remove_prefix(end);
        } else {
            if (std::string_view{"\\^$.|?*+()[]"}.find(pattern.front()) != std::string_view::npos) {
                expression += '\\';
            }
            expression += pattern.front();
            pattern.remove_prefix(1);
        }
    }
    return std::regex_match(text, std::regex{expression});
}

}  // namespace ctx::test
