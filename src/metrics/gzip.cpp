#include "metrics/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <new>

namespace ctx::detail {
namespace {

/// A stream of zlib, whose state is given back also when the output has no room to grow.
class Deflater {
public:
    Deflater() {
        constexpr int level = 1;  // 9 takes five times as long to save a seventh
        constexpr int gzip_window = 15 + 16;
        constexpr int memory = 8;  // the default
        if (deflateInit2(&stream_, level, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) !=
            Z_OK) {
            throw std::bad_alloc{};
        }
    }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater() { deflateEnd(&stream_); }

    void append(std::string& out, std::string_view piece, bool last) {
        // zlib does not write to its input, which is const only if ZLIB_CONST says so.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
        stream_.avail_in = static_cast<uInt>(piece.size());
        do {
            stream_.next_out = buffer_.data();
            stream_.avail_out = static_cast<uInt>(buffer_.size());
            deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
            out.append(reinterpret_cast<const char*>(buffer_.data()),
                       buffer_.size() - stream_.avail_out);
        } while (stream_.avail_out == 0);
    }

private:
    z_stream stream_{};
    std::array<Bytef, 32768> buffer_{};
};

}  // namespace

bool has_gzip() noexcept {
    return true;
}

std::string gzip(std::string_view text) {
    constexpr std::size_t max_piece = std::numeric_limits<uInt>::max();
    std::string out;
    out.reserve(text.size() / 6 + 64);
    Deflater deflater;
    bool last = false;
    while (!last) {
        const std::string_view piece = text.substr(0, max_piece);
        text.remove_prefix(piece.size());
        last = text.empty();
        deflater.append(out, piece, last);
    }
    return out;
}

}  // namespace ctx::detail
