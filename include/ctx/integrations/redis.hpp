// ctx/integrations/redis.hpp: context in the entries of Redis streams, for hiredis.
//
//     ctx::RedisStreamEntry entry{"orders"};                            // producer
//     entry.field("id", "17");
//     ctx::inject(ctx::current(), entry);
//     redisCommandArgv(redis, entry.argc(), entry.argv(), entry.lengths());
//
//     ctx::Context sender = ctx::extract(ctx::RedisStreamReply{reply});   // consumer: one entry
//
// The context is a few more fields of the entry, named as HTTP headers: `traceparent`, `baggage`.
// Ordinary commands are left alone: their arguments belong to somebody.
//
// Threads   Values: one thread at a time.
// Errors    A reply of another form than an entry reads as one without fields. std::bad_alloc.
// Cost      Writing: one copy of each field, as hiredis needs them in one list of arguments.
//           Reading: a walk over the fields per name, nothing is copied.

#pragma once

#include <ctx/propagation/propagator.hpp>

#include <hiredis/hiredis.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {

/// An XADD command in the making.
class RedisStreamEntry {
public:
    /// @param id  "*": the server gives the entry the next one.
    explicit RedisStreamEntry(std::string_view stream, std::string_view id = "*")
        : head_{"XADD", std::string{stream}}, id_(id) {}

    /// Keeps the stream at about that many entries (XADD … MAXLEN ~ count).
    void trim_to(std::uint64_t count) {
        head_.resize(2);
        for (std::string text : {std::string{"MAXLEN"}, std::string{"~"}, std::to_string(count)})
            head_.push_back(std::move(text));
    }

    /// Adds a field, also if there is one of that name: Redis allows it.
    void field(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }

    /// The command, for redisCommandArgv() and redisAppendCommandArgv(). Valid until the next
    /// change, as long as this object. Redis refuses an entry without fields.
    [[nodiscard]] int argc() { return static_cast<int>(arguments().size()); }
    [[nodiscard]] const char** argv() {
        arguments();
        return argv_.data();
    }
    [[nodiscard]] const std::size_t* lengths() {
        arguments();
        return lengths_.data();
    }

private:
    friend struct CarrierTraits<RedisStreamEntry>;

    const std::vector<const char*>& arguments() {
        argv_.clear();
        lengths_.clear();
        const auto add = [this](const std::string& text) {
            argv_.push_back(text.data());
            lengths_.push_back(text.size());
        };
        for (const std::string& text : head_)
            add(text);
        add(id_);
        for (const auto& [name, value] : fields_) {
            add(name);
            add(value);
        }
        return argv_;
    }

    std::vector<std::string> head_;
    std::string id_;
    std::vector<std::pair<std::string, std::string>> fields_;
    std::vector<const char*> argv_;
    std::vector<std::size_t> lengths_;
};

template <>
struct CarrierTraits<RedisStreamEntry> {
    using Fields = std::vector<std::pair<std::string, std::string>>;

    template <typename Visit>
    static void for_each(const RedisStreamEntry& entry, Visit&& visit) {
        CarrierTraits<Fields>::for_each(entry.fields_, visit);
    }
    static void set(RedisStreamEntry& entry, std::string_view name, std::string_view value) {
        CarrierTraits<Fields>::set(entry.fields_, name, value);
    }
    static void remove(RedisStreamEntry& entry, std::string_view name) {
        CarrierTraits<Fields>::remove(entry.fields_, name);
    }
};

/// One entry of a stream as XRANGE, XREAD and XREADGROUP give it: `[id, [name, value, …]]`.
class RedisStreamReply {
public:
    /// @param entry  may be null and of any form; must outlive this object.
    explicit RedisStreamReply(const redisReply* entry) noexcept : entry_(entry) {}

    /// The id; empty when this is no entry.
    [[nodiscard]] std::string_view id() const noexcept {
        return fields() == nullptr ? std::string_view{} : text_of(entry_->element[0]);
    }

    /// Calls `visit(name, value)` for each field, in order.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        const redisReply* list = fields();
        if (list == nullptr) return;
        for (std::size_t i = 0; i + 1 < list->elements; i += 2) {
            if (is_text(list->element[i]) && is_text(list->element[i + 1])) {
                visit(text_of(list->element[i]), text_of(list->element[i + 1]));
            }
        }
    }

private:
    static bool is_text(const redisReply* reply) noexcept {
        return reply != nullptr && reply->str != nullptr &&
               (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS);
    }
    static std::string_view text_of(const redisReply* reply) noexcept {
        return {reply->str, static_cast<std::size_t>(reply->len)};
    }
    static bool is_list(const redisReply* reply) noexcept {
        return reply != nullptr && reply->type == REDIS_REPLY_ARRAY && reply->element != nullptr;
    }
    [[nodiscard]] const redisReply* fields() const noexcept {
        if (!is_list(entry_) || entry_->elements != 2 || !is_text(entry_->element[0])) {
            return nullptr;
        }
        return is_list(entry_->element[1]) ? entry_->element[1] : nullptr;
    }

    const redisReply* entry_;
};

template <>
struct CarrierTraits<RedisStreamReply> {
    template <typename Visit>
    static void for_each(const RedisStreamReply& entry, Visit&& visit) {
        entry.for_each(visit);
    }

    /// Of several fields of one name the last: who copies an entry and adds to it comes last.
    template <typename Visit>
    static void find(const RedisStreamReply& entry, std::string_view wanted, Visit&& visit) {
        std::optional<std::string_view> last;
        entry.for_each([&](std::string_view name, std::string_view value) {
            if (same_header(name, wanted)) last = value;
        });
        if (last) visit(*last);
    }
};

}  // namespace ctx
