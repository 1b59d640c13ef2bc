#include "logging/digits.hpp"
#include <ctx/logging/detail/utc_time.hpp>

#include <cstring>

namespace ctx::log::detail {
namespace {

void put_second(char* out, std::int64_t second) noexcept {
    using namespace std::chrono;
    const sys_seconds time{seconds{second}};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const auto of_day = static_cast<std::uint32_t>((time - day).count());
    out = put_digits<4>(out, static_cast<std::uint32_t>(static_cast<int>(date.year())));
    *out++ = '-';
    out = put_digits<2>(out, static_cast<unsigned>(date.month()));
    *out++ = '-';
    out = put_digits<2>(out, static_cast<unsigned>(date.day()));
    *out++ = 'T';
    out = put_digits<2>(out, of_day / 3600);
    *out++ = ':';
    out = put_digits<2>(out, of_day / 60 % 60);
    *out++ = ':';
    out = put_digits<2>(out, of_day % 60);
    *out = '.';
}

}  // namespace

std::uint32_t UtcTime::write_second(char* out,
                                    std::chrono::system_clock::time_point time) noexcept {
    using namespace std::chrono;
    constexpr std::uint64_t nanos_per_second = 1'000'000'000;
    const std::int64_t nanos = nanoseconds{time.time_since_epoch()}.count();
    std::uint64_t rest = static_cast<std::uint64_t>(nanos) - static_cast<std::uint64_t>(begin_);
    if (rest >= nanos_per_second) [[unlikely]] {
        const std::int64_t second = floor<seconds>(nanoseconds{nanos}).count();
        put_second(text_.data(), second);
        rest = static_cast<std::uint64_t>(nanos % 1'000'000'000 + 1'000'000'000) % nanos_per_second;
        begin_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(nanos) - rest);
    }
    std::memcpy(out, text_.data(), text_.size());
    return static_cast<std::uint32_t>(rest) / 1000;
}

char* UtcTime::write_micros(char* out, std::chrono::system_clock::time_point time) noexcept {
    const std::uint32_t micros = write_second(out, time);
    out = put_digits<6>(out + text_.size(), micros);
    *out++ = 'Z';
    return out;
}

char* UtcTime::write_millis(char* out, std::chrono::system_clock::time_point time) noexcept {
    const std::uint32_t micros = write_second(out, time);
    out += text_.size();
    *out++ = static_cast<char>('0' + micros / 100'000);
    out = put_digits<2>(out, micros / 1000 % 100);
    *out++ = 'Z';
    return out;
}

}  // namespace ctx::log::detail
