#include <ctx/context/detail/counted_text.hpp>

#include <cstring>
#include <new>

namespace ctx::detail {

CountedText::CountedText(std::string_view text) {
    if (text.empty()) return;
    void* memory = ::operator new(sizeof(Storage) + text.size());
    storage_ = new (memory) Storage{{}, static_cast<std::uint32_t>(text.size())};
    std::memcpy(static_cast<char*>(memory) + sizeof(Storage), text.data(), text.size());
}

void CountedText::destroy(Storage* storage) noexcept {
    storage->~Storage();
    ::operator delete(storage);
}

}  // namespace ctx::detail
