#include "metrics/shared_pages.hpp"

#include "metrics/gzip.hpp"

namespace ctx::detail {

SharedPage::Body SharedPage::gzip() const {
    const std::lock_guard lock{mutex_};
    if (gzip_ == nullptr) gzip_ = std::make_shared<const std::string>(detail::gzip(*plain_));
    return gzip_;
}

SharedPages::Page SharedPages::get(PageFormat format, const Make& make) {
    if (share_for_ <= std::chrono::milliseconds::zero()) {
        return std::make_shared<const SharedPage>(make());
    }
    std::unique_lock lock{mutex_};
    Slot& slot = slots_[format];
    if (slot.page != nullptr && Clock::now() - slot.begun_at < share_for_) return slot.page;
    while (slot.in_work) {
        const std::uint64_t before = slot.made;
        done_.wait(lock, [&] { return !slot.in_work || slot.made != before; });
        if (slot.made != before) return slot.page;
    }
    return make_page(lock, slot, make);
}

SharedPages::Page SharedPages::make_page(std::unique_lock<std::mutex>& lock, Slot& slot,
                                         const Make& make) {
    const auto begun_at = Clock::now();
    slot.in_work = true;
    lock.unlock();
    Page page;
    try {
        page = std::make_shared<const SharedPage>(make());
    } catch (...) {
        lock.lock();
        slot.in_work = false;
        done_.notify_all();
        throw;
    }
    lock.lock();
    slot.page = page;
    slot.begun_at = begun_at;
    ++slot.made;
    slot.in_work = false;
    done_.notify_all();
    return page;
}

}  // namespace ctx::detail
