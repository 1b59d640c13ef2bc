#include "logging/spdlog/remembered.hpp"

#include <ctx/logging/capture.hpp>

#include <algorithm>

namespace ctx::log::detail {
namespace {

struct Remembered {
    std::vector<char> bytes;
    bool& gone;

    ~Remembered() { gone = true; }
};

}  // namespace

std::vector<char>* remembered_bytes() {
    thread_local constinit bool gone = false;
    if (gone) return nullptr;
    thread_local Remembered storage{{}, gone};
    return &storage.bytes;
}

void remember_with_capture(const spdlog::details::log_msg& message, const RecordContext& context,
                           std::vector<char>& memory) {
    const auto& text = message.payload;
    memory.resize(text.size() + capture_bytes(context));
    append_capture(std::copy(text.begin(), text.end(), memory.data()), context);
    const_cast<spdlog::details::log_msg&>(message).payload = {memory.data(), memory.size()};
}

}  // namespace ctx::log::detail
