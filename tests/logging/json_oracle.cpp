// Escapes what it reads from stdin (each text behind its size, 4 bytes, little endian) and writes
// one line for each: json_oracle.py compares them with Python's json.

#include <ctx/logging/json_text.hpp>

#include <cstdint>
#include <cstdio>
#include <string>

int main() {
    std::string text;
    std::string line;
    unsigned char size[4];
    while (std::fread(size, 1, 4, stdin) == 4) {
        text.resize(size[0] | size[1] << 8U | size[2] << 16U |
                    static_cast<std::uint32_t>(size[3]) << 24U);
        if (std::fread(text.data(), 1, text.size(), stdin) != text.size()) return 1;
        line.clear();
        const auto measured = ctx::log::append_json_text(line, text);
        if (measured.size != line.size()) return 1;
        line += '\n';
        std::fwrite(line.data(), 1, line.size(), stdout);
    }
    return 0;
}
