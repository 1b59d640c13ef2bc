// Pages that everybody who scrapes at the same time shares.

#pragma once

#include <ctx/metrics/page_format.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace ctx::detail {

/// A page and, once somebody wants it, the same compressed.
class SharedPage {
public:
    using Body = std::shared_ptr<const std::string>;

    explicit SharedPage(std::string text)
        : plain_(std::make_shared<const std::string>(std::move(text))) {}

    [[nodiscard]] const Body& plain() const noexcept { return plain_; }
    /// Compressed by the first who asks, while the others wait. @throws std::bad_alloc.
    [[nodiscard]] Body gzip() const;

private:
    Body plain_;
    mutable std::mutex mutex_;
    mutable Body gzip_;
};

/// The last page of each format. Its lock is held while a page is looked up, never while one is
/// made.
class SharedPages {
public:
    using Page = std::shared_ptr<const SharedPage>;
    using Make = std::function<std::string()>;

    /// @param share_for  how old a page may be to be given out again; 0: each is made anew.
    explicit SharedPages(std::chrono::milliseconds share_for) noexcept : share_for_(share_for) {}

    /// A page that is young enough, or that somebody is making already; else calls `make`, whose
    /// exceptions reach this caller only: who waited for the page tries for himself.
    [[nodiscard]] Page get(PageFormat format, const Make& make);

private:
    using Clock = std::chrono::steady_clock;

    struct Slot {
        Page page;
        Clock::time_point begun_at{};  // when the page's values began to be read
        std::uint64_t made = 0;        // pages
        bool in_work = false;
    };

    [[nodiscard]] Page make_page(std::unique_lock<std::mutex>& lock, Slot& slot, const Make& make);

    const std::chrono::milliseconds share_for_;
    std::mutex mutex_;
    std::condition_variable done_;
    std::map<PageFormat, Slot> slots_;
};

}  // namespace ctx::detail
