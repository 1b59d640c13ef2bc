// What a client makes of a body with `Content-Encoding: gzip`.

#pragma once

#include <zlib.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ctx::test {

/// One whole gzip member and nothing behind it.
inline std::string gunzip(std::string_view compressed) {
    z_stream stream{};
    constexpr int only_gzip = 15 + 16;
    if (inflateInit2(&stream, only_gzip) != Z_OK) throw std::runtime_error("inflateInit2");
    std::string input{compressed};
    std::string out;
    std::array<Bytef, 65536> buffer;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    int status = Z_OK;
    while (status == Z_OK) {
        stream.next_out = buffer.data();
        stream.avail_out = static_cast<uInt>(buffer.size());
        status = inflate(&stream, Z_NO_FLUSH);
        out.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - stream.avail_out);
    }
    const bool whole = status == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    if (!whole) throw std::runtime_error("not one gzip member");
    return out;
}

/// The body of an answer, decompressed if it says that it is compressed.
inline std::string body_of(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) throw std::runtime_error("no end of headers");
    const std::string body = answer.substr(end + 4);
    const bool compressed =
        answer.substr(0, end).find("Content-Encoding: gzip") != std::string::npos;
    return compressed ? gunzip(body) : body;
}

}  // namespace ctx::test
