#include "tracing/span_record.hpp"

#include "tracing/recorder_core.hpp"
#include "tracing/stats.hpp"
#include <ctx/baggage/utf8.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <typeinfo>
#include <utility>

namespace ctx::detail {
namespace {

using std::chrono::nanoseconds;

nanoseconds steady_now() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch();
}

nanoseconds wall_clock_now() noexcept {
    return std::chrono::system_clock::now().time_since_epoch();
}

template <typename T>
void forget(std::pmr::vector<T>& items, std::pmr::memory_resource& arena) noexcept {
    if (items.capacity() != 0) std::pmr::vector<T>{&arena}.swap(items);
}

// Growth inside an arena leaves the old array behind, so the first step is a usual size.
template <typename T>
void make_room(std::pmr::vector<T>& items, std::size_t usual) {
    if (items.capacity() == 0) items.reserve(usual);
}

}  // namespace

SpanRecord::SpanRecord(std::shared_ptr<RecorderCore> core) noexcept
    : core_(std::move(core)), limits_(core_->limits()) {}

const SpanRecord* SpanRecord::of(const RecordingSpan* span) noexcept {
    if (span == nullptr || typeid(*span) != typeid(SpanRecord)) return nullptr;
    return static_cast<const SpanRecord*>(span);
}

void SpanRecord::begin(const SpanStart& start) {
    const SpanRecord* above = of(start.parent.recording_span());
    source_ = start.source;
    context_ = start.context;
    parent_id_ = start.parent.span_id();
    parent_remote_ = start.parent && start.parent.node()->remote;
    kind_ = start.kind;
    name_ = store(utf8_prefix(start.name, limits_.max_name_bytes));
    start_ = steady_now();
    // A trace shows one clock: children take over the offset, so that they lie within their
    // parent whatever happens to the wall clock meanwhile.
    const bool same_trace = above != nullptr && above->context_.trace_id == context_.trace_id;
    wall_offset_ = same_trace ? above->wall_offset_ : wall_clock_now() - start_;
    if (!start.parent.links().empty()) add_inherited_links(start.parent, above);
}

void SpanRecord::add_inherited_links(ContextView parent, const SpanRecord* above) {
    // Contexts only ever append links, and hand them down to their children: the first
    // `links_seen_` are those that a span above already has.
    const auto links = parent.links();
    const bool same_trace = above != nullptr && above->context_.trace_id == context_.trace_id;
    const std::size_t seen = same_trace ? std::min(above->links_seen_, links.size()) : 0;
    for (const Link& link : links.subspan(seen))
        add_link(link);
    links_seen_ = links.size();
}

void SpanRecord::clear() noexcept {
    forget(attributes_, arena_);
    forget(events_, arena_);
    forget(links_, arena_);
    arena_.release();
    ended_ = dropped_ = place_reserved_ = false;
    context_ = {};
    status_ = StatusCode::unset;
    status_description_ = {};
    links_seen_ = text_bytes_ = 0;
    dropped_attributes_ = dropped_events_ = dropped_links_ = 0;
}

void SpanRecord::dispose() noexcept {
    clear();
    restart_references();
    core_->recycle(this);
}

WallTime SpanRecord::wall_now() const noexcept {
    return WallTime{steady_now() + wall_offset_};
}

bool SpanRecord::fits(std::size_t bytes) const noexcept {
    return bytes <= limits_.max_bytes && text_bytes_ <= limits_.max_bytes - bytes;
}

std::string_view SpanRecord::store(std::string_view text) {
    if (text.empty()) return {};
    auto* memory = static_cast<char*>(arena_.allocate(text.size(), 1));
    std::memcpy(memory, text.data(), text.size());
    text_bytes_ += text.size();
    return {memory, text.size()};
}

std::optional<AttributeValue> SpanRecord::store_value(const AttributeValue& value) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) return value;
    const std::string_view cut = utf8_prefix(*text, limits_.max_value_bytes);
    if (!fits(cut.size())) return std::nullopt;
    return store(cut);
}

std::optional<Attribute> SpanRecord::store_attribute(std::string_view key,
                                                     const AttributeValue& value) {
    if (key.empty() || !fits(key.size())) return std::nullopt;
    const std::string_view stored_key = store(key);
    const auto stored_value = store_value(value);
    if (!stored_value) return std::nullopt;
    return Attribute{stored_key, *stored_value};
}

std::span<const Attribute> SpanRecord::store_all(std::span<const Attribute> attributes,
                                                 std::uint32_t& dropped) {
    const std::size_t room = std::min(attributes.size(), limits_.max_attributes_per_event);
    if (room == 0) return {};
    void* memory = arena_.allocate(room * sizeof(Attribute), alignof(Attribute));
    auto* const first = static_cast<Attribute*>(memory);
    std::size_t count = 0;
    for (const Attribute& attribute : attributes) {
        const std::string_view key = utf8_prefix(attribute.key, limits_.max_name_bytes);
        std::optional<Attribute> stored;
        if (count < room) stored = store_attribute(key, attribute.value);
        if (stored) {
            new (first + count++) Attribute{*stored};
        } else {
            ++dropped;
        }
    }
    return {first, count};
}

template <typename Change>
void SpanRecord::modify(std::uint32_t& dropped, Change change) noexcept {
    const std::lock_guard lock{mutex_};
    bool done = false;
    if (!ended_) {
        try {
            done = change();
        } catch (...) {
            done = false;  // no memory: the request goes on without this detail
        }
        if (!done) ++dropped;
    }
    if (!done) dropped_span_content.add();
}

bool SpanRecord::put_attribute(const Attribute& attribute) {
    const std::string_view key = utf8_prefix(attribute.key, limits_.max_name_bytes);
    const auto old = std::find_if(attributes_.begin(), attributes_.end(),
                                  [&](const Attribute& other) { return other.key == key; });
    if (old != attributes_.end()) {
        const auto value = store_value(attribute.value);
        if (value) old->value = *value;
        return value.has_value();
    }
    if (attributes_.size() >= limits_.max_attributes) return false;
    make_room(attributes_, 8);
    const auto stored = store_attribute(key, attribute.value);
    if (stored) attributes_.push_back(*stored);
    return stored.has_value();
}

void SpanRecord::set_attribute(const Attribute& attribute) noexcept {
    modify(dropped_attributes_, [&] { return put_attribute(attribute); });
}

void SpanRecord::on_exemplar() noexcept {
    const std::lock_guard lock{mutex_};
    if (ended_) return;  // it is complete, and may be on its way already
    try {
        // Of a full span nothing is dropped by this: the tag is nobody's data.
        static_cast<void>(put_attribute({"exemplar", true}));
    } catch (...) {
        return;  // no memory: the exemplar leads here without the tag
    }
}

void SpanRecord::add_event(std::string_view name, std::span<const Attribute> attributes) noexcept {
    modify(dropped_events_, [&] {
        name = utf8_prefix(name, limits_.max_name_bytes);
        if (events_.size() >= limits_.max_events || !fits(name.size())) return false;
        make_room(events_, 4);
        SpanEvent event{wall_now(), store(name), {}};
        event.attributes = store_all(attributes, event.dropped_attributes);
        if (event.dropped_attributes != 0) dropped_span_content.add(event.dropped_attributes);
        events_.push_back(event);
        return true;
    });
}

void SpanRecord::add_link(const Link& link) noexcept {
    modify(dropped_links_, [&] {
        if (links_.size() >= limits_.max_links) return false;
        make_room(links_, 4);
        links_.push_back(link);
        return true;
    });
}

void SpanRecord::set_status(StatusCode code, std::string_view description) noexcept {
    std::uint32_t ignored = 0;
    modify(ignored, [&] {
        if (code == StatusCode::unset || status_ == StatusCode::ok) return true;
        status_ = code;
        status_description_ = {};
        if (code != StatusCode::error) return true;
        description = utf8_prefix(description, limits_.max_value_bytes);
        if (!fits(description.size())) return false;
        status_description_ = store(description);
        return true;
    });
}

void SpanRecord::set_name(std::string_view name) noexcept {
    std::uint32_t ignored = 0;
    modify(ignored, [&] {
        name = utf8_prefix(name, limits_.max_name_bytes);
        if (!fits(name.size())) return false;
        name_ = store(name);
        return true;
    });
}

bool SpanRecord::keep() noexcept {
    const std::lock_guard lock{mutex_};
    bool promised = false;
    try {
        promised = keep_locked();
    } catch (...) {
        promised = false;
    }
    if (!promised) refused_keeps.add();
    return promised;
}

bool SpanRecord::keep_locked() {
    if (dropped_ || !core_->accepts()) return false;
    const bool need_place = !ended_ && !place_reserved_;
    if (need_place && !core_->reserve_for_running()) return false;
    bool promised = false;
    try {
        SpanData so_far = view();
        if (!ended_) so_far.duration = steady_now() - start_;
        promised = core_->ask_sinks_to_keep(so_far);
    } catch (...) {
        promised = false;
    }
    if (need_place && !promised) core_->give_up_running();
    if (need_place && promised) place_reserved_ = true;
    return promised;
}

bool SpanRecord::finish(RecordingSpanPtr self) noexcept {
    auto& record = static_cast<SpanRecord&>(*self.get());
    const nanoseconds now = steady_now();
    bool request_failed = false;
    {
        const std::lock_guard lock{record.mutex_};
        if (record.ended_) return false;
        const bool is_first = record.parent_remote_ || !record.parent_id_.is_valid();
        request_failed = is_first && record.status_ == StatusCode::error;
        record.duration_ = now - record.start_;
        record.ended_ = true;
        if (record.place_reserved_) {
            record.core_->end_running();
        } else {
            record.dropped_ = !record.core_->reserve();
        }
        if (record.dropped_) dropped_spans.add();
        if (record.dropped_) return request_failed;
    }
    record.queue_reference = std::move(self);
    record.core_->push(record);
    return request_failed;
}

SpanData SpanRecord::view() const {
    SpanData data;
    data.source = *source_;
    data.context = context_;
    data.parent_id = parent_id_;
    data.parent_remote = parent_remote_;
    data.ended = ended_;
    data.kind = kind_;
    data.status = status_;
    data.name = name_;
    data.status_description = status_description_;
    data.start = WallTime{start_ + wall_offset_};
    data.duration = duration_;
    data.attributes = attributes_;
    data.events = events_;
    data.links = links_;
    data.dropped_attributes = dropped_attributes_;
    data.dropped_events = dropped_events_;
    data.dropped_links = dropped_links_;
    return data;
}

}  // namespace ctx::detail
