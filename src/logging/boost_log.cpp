#include <ctx/context/current.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/logging/boost_log.hpp>
#include <ctx/logging/text_suffix.hpp>

#include <boost/log/attributes/attribute_value_impl.hpp>
#include <boost/log/attributes/value_extraction.hpp>
#include <boost/log/core/core.hpp>
#include <boost/log/trivial.hpp>
#include <boost/log/utility/formatting_ostream.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace ctx::log {
namespace {

namespace attrs = boost::log::attributes;
using boost::log::attribute_name;
using boost::log::record_view;

class ContextAttribute final : public boost::log::attribute::impl {
public:
    boost::log::attribute_value get_value() override {
        return attrs::make_attribute_value(
            LoggedContext{Context{current()}, std::chrono::system_clock::now()});
    }
};

/// The value, or null. @param name  looking one up by its text takes a lock: callers keep it.
template <typename T>
const T* find(const record_view& record, const attribute_name& name) {
    return boost::log::extract<T>(name, record).get_ptr();
}

const LoggedContext* logged_context(const record_view& record) {
    static const attribute_name name{boost_log_attribute_name};
    return find<LoggedContext>(record, name);
}

/// Surrogates and what is too large become bytes that are no UTF-8, for JsonLines to repair.
void append_utf8(std::string& out, char32_t c) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) return put(c);
    if (c < 0x800) {
        put(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3F));
    } else if (c < 0x110000) {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
    } else {
        return put(0xFF);
    }
    put(0x80 | (c & 0x3F));
}

/// The message, of a narrow or of a wide logger. @param narrowed  where it is converted to.
std::string_view message_of(const record_view& record, std::string& narrowed) {
    static const attribute_name name{"Message"};
    if (const auto* narrow = find<std::string>(record, name)) return *narrow;
    if (const auto* wide = find<std::wstring>(record, name)) {
        for (const wchar_t c : *wide)
            append_utf8(narrowed, static_cast<char32_t>(c));
    }
    return narrowed;
}

std::string_view channel_of(const record_view& record) {
    static const attribute_name name{"Channel"};
    const auto* channel = find<std::string>(record, name);
    return channel == nullptr ? std::string_view{} : std::string_view{*channel};
}

Level level_of(const record_view& record) {
    using boost::log::trivial::severity_level;
    static_assert(static_cast<int>(severity_level::warning) == static_cast<int>(Level::warn));
    static_assert(static_cast<int>(severity_level::fatal) == static_cast<int>(Level::critical));
    static const attribute_name name{"Severity"};
    const auto* severity = find<severity_level>(record, name);
    return severity == nullptr ? Level::info : static_cast<Level>(*severity);
}

}  // namespace

boost::log::attribute boost_log_attribute() {
    return boost::log::attribute{new ContextAttribute};
}

bool install_boost_log() {
    if (sdk_disabled()) return false;
    const auto [place, added] = boost::log::core::get()->add_global_attribute(
        boost_log_attribute_name, boost_log_attribute());
    return added ||
           place->second.get_value().get_type() == boost::typeindex::type_id<LoggedContext>();
}

RecordContext record_context(const record_view& record, FragmentBuffer& buffer) {
    const LoggedContext* logged = logged_context(record);
    return logged == nullptr ? RecordContext{} : record_context(logged->context, buffer);
}

BoostLogJson::BoostLogJson() : BoostLogJson(Options{}) {}
BoostLogJson::BoostLogJson(Options options)
    : options_(std::make_shared<const Options>(std::move(options))) {}

void BoostLogJson::operator()(const record_view& record,
                              boost::log::formatting_ostream& out) const {
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    const LoggedContext* logged = logged_context(record);
    std::string narrowed;
    std::string line;
    // Copies of a formatter share its options only: Boost.Log has one for each thread.
    JsonLines lines{std::shared_ptr<const JsonLines::Options>{options_, &options_->lines}};
    lines.append(line,
                 {.time = logged == nullptr ? std::chrono::system_clock::now() : logged->time,
                  .level = options_->level ? options_->level(record) : level_of(record),
                  .logger = channel_of(record),
                  .message = message_of(record, narrowed)},
                 record_context(record, buffer));
    out.write(line.data(), static_cast<std::streamsize>(line.size() - 1));  // without its end
}

void BoostLogSuffix::operator()(const record_view& record,
                                boost::log::formatting_ostream& out) const {
    FragmentBuffer buffer;                      // NOLINT(*-member-init): written before it is read
    std::array<char, max_suffix_bytes> suffix;  // NOLINT(*-member-init): the same
    const char* end = write_text_suffix(suffix.data(), record_context(record, buffer));
    out.write(suffix.data(), end - suffix.data());
}

}  // namespace ctx::log
