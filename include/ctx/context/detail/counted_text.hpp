// An immutable, shared string in one allocation: the storage behind TraceState.

#pragma once

#include <ctx/context/detail/reference_count.hpp>
#include <ctx/export.hpp>

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

namespace ctx::detail {

class CountedText {
public:
    CountedText() noexcept = default;
    /// @throws std::bad_alloc. An empty text needs no storage.
    CTX_EXPORT explicit CountedText(std::string_view text);

    CountedText(const CountedText& other) noexcept : storage_(other.storage_) {
        if (storage_ != nullptr) storage_->references.add();
    }
    CountedText(CountedText&& other) noexcept : storage_(std::exchange(other.storage_, nullptr)) {}
    CountedText& operator=(CountedText other) noexcept {
        std::swap(storage_, other.storage_);
        return *this;
    }
    ~CountedText() {
        if (storage_ != nullptr && storage_->references.release()) destroy(storage_);
    }

    explicit operator bool() const noexcept { return storage_ != nullptr; }
    [[nodiscard]] std::string_view view() const noexcept {
        return storage_ == nullptr
                   ? std::string_view{}
                   : std::string_view{reinterpret_cast<const char*>(storage_ + 1), storage_->size};
    }

private:
    struct Storage {
        ReferenceCount references;
        std::uint32_t size;
    };

    CTX_EXPORT static void destroy(Storage* storage) noexcept;

    Storage* storage_ = nullptr;
};

}  // namespace ctx::detail
