// Sources whose reading is counted, held up, or fails.

#pragma once

#include <ctx/metrics/page_writer.hpp>
#include <ctx/metrics/source.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ctx::test {

/// A gauge that says how often it was written, after `before_write` ran.
class ScriptedSource final : public MetricSource {
public:
    std::function<void()> before_write = [] {};
    std::size_t filler = 0;  // bytes of help

    void write(PageWriter& page) const override {
        const std::uint64_t count = writes_.fetch_add(1) + 1;
        before_write();
        const std::string help(filler, 'x');
        if (page.begin_family({.name = "writes", .type = MetricType::gauge, .help = help})) {
            page.sample("", {}, count);
        }
    }
    [[nodiscard]] std::vector<FamilySnapshot> read() const override { return {}; }

    [[nodiscard]] std::uint64_t writes() const noexcept { return writes_.load(); }

private:
    mutable std::atomic<std::uint64_t> writes_{0};
};

}  // namespace ctx::test
