// What the tests of the tracing layer share: sinks to look into, a recorder that must start.

#pragma once

#include <ctx/tracing.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ctx::test {

inline constexpr std::chrono::seconds patience{60};  // for what normally takes milliseconds

/// Remembers every span; says `keeps` when asked to keep one.
class CollectingSink final : public SpanSink {
public:
    void consume(std::span<const SpanData> batch) override {
        const std::lock_guard lock{mutex_};
        for (const SpanData& span : batch)
            spans_.push_back(copy_span(span));
        ++batches_;
    }
    bool keep(const SpanData& span) noexcept override {
        const std::lock_guard lock{mutex_};
        asked_.push_back(copy_span(span));
        return keeps;
    }
    bool flush(Deadline /*deadline*/) noexcept override {
        ++flushes;
        return true;
    }

    std::vector<SpanDataPtr> spans() const {
        const std::lock_guard lock{mutex_};
        return spans_;
    }
    std::vector<SpanDataPtr> asked() const {
        const std::lock_guard lock{mutex_};
        return asked_;
    }

    std::atomic<bool> keeps{true};
    std::atomic<int> flushes{0};

private:
    mutable std::mutex mutex_;
    std::vector<SpanDataPtr> spans_;
    std::vector<SpanDataPtr> asked_;
    int batches_ = 0;
};

/// Stops the recorder's thread at the first batch until it is opened.
class StuckSink final : public SpanSink {
public:
    void consume(std::span<const SpanData> batch) override {
        if (!entered_said_) entered_.set_value();
        entered_said_ = true;
        gate_.wait();
        seen += batch.size();
    }
    bool keep(const SpanData& /*span*/) noexcept override { return true; }
    bool flush(Deadline /*deadline*/) noexcept override { return true; }

    void wait_until_stuck() { entered_.get_future().wait(); }
    void open() { open_.set_value(); }

    std::atomic<std::size_t> seen{0};

private:
    std::promise<void> entered_;
    bool entered_said_ = false;
    std::promise<void> open_;
    std::shared_future<void> gate_{open_.get_future()};
};

inline std::shared_ptr<Recorder> start_recorder(RecorderOptions options) {
    auto recorder = Recorder::start(std::move(options));
    EXPECT_TRUE(recorder.ok()) << recorder.status();
    return recorder.ok() ? *recorder : nullptr;
}

/// One tracer, its recorder, and the sink that gets its spans.
struct Bench {
    explicit Bench(Sampler sampler = {}, SpanLimits limits = {})
        : recorder(start_recorder({.sinks = {sink}, .limits = limits})),
          tracer({.scope_name = "test",
                  .resource = Resource{{{"service.name", "bench"}}},
                  .sampler = sampler,
                  .recorder = recorder}) {}

    std::vector<SpanDataPtr> finished() {
        EXPECT_TRUE(recorder->flush(patience));
        return sink->spans();
    }

    std::shared_ptr<CollectingSink> sink = std::make_shared<CollectingSink>();
    std::shared_ptr<Recorder> recorder;
    Tracer tracer;
};

inline std::string to_text(const AttributeValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* number = std::get_if<double>(&value)) return std::to_string(*number);
    return std::string{std::get<std::string_view>(value)};
}

inline std::map<std::string, std::string> to_map(std::span<const Attribute> attributes) {
    std::map<std::string, std::string> map;
    for (const Attribute& attribute : attributes)
        map.emplace(attribute.key, to_text(attribute.value));
    EXPECT_EQ(map.size(), attributes.size()) << "a key twice";
    return map;
}

inline std::uint64_t stat(std::string_view name) {
    for (const StatSample& sample : stats()) {
        if (sample.name == name) return sample.value;
    }
    ADD_FAILURE() << "no stat " << name;
    return 0;
}

}  // namespace ctx::test
