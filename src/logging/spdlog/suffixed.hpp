// A message with its context as text behind it.

#pragma once

#include <ctx/logging/text_suffix.hpp>

#include <spdlog/common.h>
#include <spdlog/fmt/fmt.h>

#include <cstddef>
#include <string_view>

namespace ctx::log::detail {

/// Ordinary messages are put together on the stack, long ones on the heap.
class SuffixedMessage {
public:
    SuffixedMessage(std::string_view message, const RecordContext& shown,
                    const JsonLines::Options& options) {
        text_.append(message.data(), message.data() + message.size());
        text_.resize(message.size() + text_suffix_bound(shown));
        const char* end = write_text_suffix(text_.data() + message.size(), shown, &options);
        text_.resize(static_cast<std::size_t>(end - text_.data()));
    }

    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), text_.size()}; }

private:
    static constexpr std::size_t stack_bytes = 1024 + max_suffix_bytes;
    fmt::basic_memory_buffer<char, stack_bytes> text_;
};

}  // namespace ctx::log::detail
