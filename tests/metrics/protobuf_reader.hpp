// Reads protobuf without knowing its messages: fields by number.

#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

class ProtobufMessage {
public:
    explicit ProtobufMessage(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::uint64_t tag = take_varint(bytes);
            Field field;
            switch (tag & 7U) {
                case 0:
                    field.number = take_varint(bytes);
                    break;
                case 1:
                    for (int i = 0; i < 8; ++i)
                        field.number |= std::uint64_t{static_cast<unsigned char>(
                                            bytes.at(static_cast<std::size_t>(i)))}
                                        << (8 * i);
                    bytes.remove_prefix(8);
                    break;
                case 2:
                    field.bytes = take(bytes, take_varint(bytes));
                    break;
                default:
                    throw std::runtime_error("wire type");
            }
            fields_[tag >> 3U].push_back(field);
        }
    }

    /// A delimited stream of messages.
    static std::vector<ProtobufMessage> stream(std::string_view bytes) {
        std::vector<ProtobufMessage> messages;
        while (!bytes.empty())
            messages.emplace_back(take(bytes, take_varint(bytes)));
        return messages;
    }

    [[nodiscard]] std::size_t count(std::uint64_t field) const {
        const auto found = fields_.find(field);
        return found == fields_.end() ? 0 : found->second.size();
    }
    [[nodiscard]] std::uint64_t number(std::uint64_t field) const {
        return fields_.at(field).at(0).number;
    }
    [[nodiscard]] std::int64_t zigzag(std::uint64_t field) const { return decode(number(field)); }
    [[nodiscard]] double real(std::uint64_t field) const {
        return std::bit_cast<double>(number(field));
    }
    [[nodiscard]] std::string text(std::uint64_t field, std::size_t index = 0) const {
        return std::string(fields_.at(field).at(index).bytes);
    }
    [[nodiscard]] ProtobufMessage message(std::uint64_t field, std::size_t index = 0) const {
        return ProtobufMessage{fields_.at(field).at(index).bytes};
    }
    [[nodiscard]] std::vector<ProtobufMessage> messages(std::uint64_t field) const {
        std::vector<ProtobufMessage> all;
        for (std::size_t i = 0; i < count(field); ++i)
            all.push_back(message(field, i));
        return all;
    }
    /// A packed field of sint64.
    [[nodiscard]] std::vector<std::int64_t> packed(std::uint64_t field) const {
        std::vector<std::int64_t> all;
        if (count(field) == 0) return all;
        std::string_view rest = fields_.at(field).at(0).bytes;
        while (!rest.empty())
            all.push_back(decode(take_varint(rest)));
        return all;
    }

private:
    struct Field {
        std::uint64_t number = 0;
        std::string_view bytes;
    };

    static std::int64_t decode(std::uint64_t value) {
        return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
    }
    static std::string_view take(std::string_view& bytes, std::uint64_t size) {
        if (size > bytes.size()) throw std::runtime_error("cut off");
        const std::string_view taken = bytes.substr(0, size);
        bytes.remove_prefix(size);
        return taken;
    }
    static std::uint64_t take_varint(std::string_view& bytes) {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(bytes, 1)[0]);
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if (byte < 0x80) return value;
        }
        throw std::runtime_error("varint");
    }

    std::map<std::uint64_t, std::vector<Field>> fields_;
};

}  // namespace ctx::test
