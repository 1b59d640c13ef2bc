// The reader and the writer of the tree of bags, driven by the scripts of the vectors.

#include "baggage/hex.hpp"
#include "tracing_plane/ops.hpp"
#include <ctx/baggage/bag_reader.hpp>
#include <ctx/baggage/bag_writer.hpp>

#include <stdexcept>

namespace ctx::test {
namespace {

// `enter 5`, `enter 5 takefirst`, `enter key 6869`, `enter key`.
template <typename Side, typename... Flags>
bool enter(Side& side, const std::vector<std::string>& words, Flags... flags) {
    if (words.at(1) == "key") {
        const std::string key = words.size() > 2 && words[2] != "takefirst" ? words[2] : "";
        return side.enter(std::string_view(from_hex(key)), flags...);
    }
    return side.enter(std::uint64_t{std::stoull(words[1])}, flags...);
}

void run(BagWriter& writer, const Json& script) {
    for (const Json& line : script) {
        const std::vector<std::string> words = words_of(line.get<std::string>());
        const std::string& command = words.at(0);
        if (command == "enter") {
            enter(writer, words, words.back() == "takefirst");
        } else if (command == "data") {
            writer.data(words.size() > 1 ? from_hex(words[1]) : std::string());
        } else if (command == "sort") {
            writer.sort_data();
        } else if (command == "overflow") {
            writer.mark_overflow();
        } else if (command == "trim") {
            writer.data({});  // the reference's TRIM_MARKER is an atom without payload
        } else if (command == "exit") {
            writer.exit();
        } else {
            throw std::runtime_error("unknown command " + line.dump());
        }
    }
}

Json write(const Json& input, const Json& /*expected*/) {
    BagWriter writer;
    run(writer, input.at("script"));
    std::string list = writer.atoms();
    if (input.contains("unprocessed")) {
        list = merge_atoms(list_from(input["unprocessed"]), list);
    }
    return {{"atoms", json_of_list(list)}, {"hex", to_hex(list)}};
}

Json write_levels(const Json& input, const Json& /*expected*/) {
    BagWriter writer;
    for (std::size_t level = 0; level < input.at("levels").get<std::size_t>(); ++level) {
        if (!writer.enter(std::uint64_t{level})) {
            return {{"error", "too deep"}};
        }
    }
    writer.data("x");
    return {{"atoms", json_of_list(writer.atoms())}};
}

Json read(const Json& input, const Json& /*expected*/) {
    const std::string list = list_from(input.at("atoms"));
    BagReader reader(list);
    Json result{{"data", nullptr}};
    Json data = Json::array();
    for (const Json& line : input.at("script")) {
        const std::vector<std::string> words = words_of(line.get<std::string>());
        const std::string& command = words.at(0);
        if (command == "enter") {
            result["found"] = enter(reader, words);
        } else if (command == "next" || command == "all") {
            while (const auto payload = reader.next()) {
                data.push_back(to_hex(*payload));
                result["data"] = to_hex(*payload);
                if (command == "next") {
                    break;
                }
            }
        } else if (command == "exit") {
            reader.exit();
        } else if (command != "finish") {
            throw std::runtime_error("unknown command " + line.dump());
        }
    }
    result["all_data"] = data;
    result["overflow_seen_before_finish"] = reader.overflow_seen();
    result["unprocessed"] = json_of_list(reader.finish());
    result["overflow_path"] =
        reader.overflow_seen() ? json_of_list(reader.overflow_path()) : Json(nullptr);
    return result;
}

}  // namespace

void add_tree_operations(Operations& operations) {
    operations["writer"] = write;
    operations["writer_merge"] = write;
    operations["writer_levels"] = write_levels;
    operations["reader"] = read;
    operations["reader_enter_next"] = read;
}

}  // namespace ctx::test
