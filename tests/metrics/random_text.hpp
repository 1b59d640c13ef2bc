// Label values that are hard to write and to read.

#pragma once

#include <cstddef>
#include <iterator>
#include <random>
#include <string>

namespace ctx::test {

/// Quotes, backslashes, line feeds, controls and characters of one to four bytes.
inline std::string random_text(std::mt19937_64& random) {
    static const char* const pieces[] = {"\"",
                                         "\\",
                                         "\n",
                                         "\r",
                                         "\t",
                                         " ",
                                         "a",
                                         "Z",
                                         "{",
                                         "}",
                                         ",",
                                         "=",
                                         "#",
                                         "\x01",
                                         "\xC3\xA9",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9F\x9A\x95",
                                         "\\n",
                                         "\\\""};
    std::string text;
    const std::size_t length = 1 + random() % 12;
    for (std::size_t i = 0; i < length; ++i)
        text += pieces[random() % std::size(pieces)];
    return text;
}

}  // namespace ctx::test
