// What Prometheus 2.42 and OpenMetrics 1.0 refuse, as a checker of whole pages: stricter than
// Prometheus where the text of the standard is.

#pragma once

#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

/// The first thing that is wrong with an OpenMetrics page; empty: nothing.
class OpenMetricsChecker {
public:
    [[nodiscard]] std::string check(std::string_view page) {
        if (!page.ends_with("# EOF\n")) return "no # EOF at the end";
        if (page.find('\r') != std::string_view::npos) return "a carriage return outside of texts";
        page.remove_suffix(6);
        while (!page.empty() && problem_.empty()) {
            const std::size_t end = page.find('\n');
            if (end == std::string_view::npos) return "a line without end";
            check_line(page.substr(0, end));
            page.remove_prefix(end + 1);
        }
        return problem_;
    }

private:
    void fail(std::string_view what, std::string_view line) {
        if (problem_.empty()) problem_ = std::string(what) + ": " + std::string(line);
    }

    void check_line(std::string_view line) {
        if (line.empty()) return fail("blank line", line);
        if (line.starts_with("# ")) return check_comment(line);
        if (line.starts_with('#')) return fail("comment", line);
        check_sample(line);
    }

    void check_comment(std::string_view line) {
        const std::string_view text = line.substr(2);
        const std::size_t space = text.find(' ');
        const std::string_view keyword = text.substr(0, space);
        if (keyword == "EOF") return fail("an end in the middle", line);
        const std::string_view rest = text.substr(space + 1);
        const std::size_t name_end = rest.find(' ');
        const std::string_view name = rest.substr(0, name_end);
        const std::string_view value = rest.substr(name_end + 1);
        if (keyword == "TYPE") {
            if (!families_.insert(std::string(name)).second) return fail("a family twice", line);
            family_ = name;
            type_ = value;
            for (const std::string_view suffix : {"_total", "_created", "_bucket", "_info"}) {
                if (name.ends_with(suffix)) return fail("a suffix in TYPE", line);
            }
        } else if (keyword == "UNIT") {
            if (!name.ends_with("_" + std::string(value))) return fail("unit no suffix", line);
        } else if (keyword != "HELP") {
            return fail("comment", line);
        }
        if (name != family_) fail("interleaved", line);
    }

    void check_sample(std::string_view line) {
        const std::size_t name_end = line.find_first_of("{ ");
        const std::string_view name = line.substr(0, name_end);
        if (!name.starts_with(family_)) return fail("of no family", line);
        const std::string_view suffix = name.substr(family_.size());
        if (!suffix_fits(suffix)) return fail("suffix", line);
        std::string_view rest = line.substr(name_end);
        std::size_t code_points = 0;
        std::string le;
        std::string labels{rest.substr(0, 0)};
        if (rest.starts_with('{')) {
            const std::size_t before = rest.size();
            const std::string_view whole = rest;
            if (!take_labels(rest, code_points, le)) return fail("labels", line);
            labels = whole.substr(0, before - rest.size());
        }
        if (!series_.insert(std::string(name) + labels).second) return fail("series twice", line);
        if (suffix == "_bucket" && le.empty()) return fail("bucket without le", line);
        if (!le.empty() && suffix == "_bucket" && le.find_first_of(".ef") == std::string::npos) {
            return fail("le is not canonical", line);
        }
        const std::size_t mark = rest.find(" # ");
        check_number(rest.substr(0, mark), line, /*may_have_time=*/true);
        if (mark == std::string_view::npos) return;
        if (suffix != "_total" && suffix != "_bucket") return fail("exemplar of no right", line);
        check_exemplar(rest.substr(mark + 3), le, line);
    }

    void check_exemplar(std::string_view text, const std::string& le, std::string_view line) {
        std::size_t code_points = 0;
        std::string unused;
        if (!text.starts_with('{') || !take_labels(text, code_points, unused)) {
            return fail("exemplar labels", line);
        }
        if (code_points > 128) return fail("exemplar of more than 128 code points", line);
        check_number(text, line, /*may_have_time=*/true);
        if (!le.empty() &&
            std::strtod(std::string(text).c_str(), nullptr) > std::strtod(le.c_str(), nullptr)) {
            fail("exemplar beyond its bucket", line);
        }
        const std::size_t time = text.rfind(' ');
        if (time == 0) return fail("exemplar without time", line);
        if (std::strtod(std::string(text.substr(time)).c_str(), nullptr) > 1e11) {
            fail("exemplar time in milliseconds", line);
        }
    }

    void check_number(std::string_view text, std::string_view line, bool may_have_time) {
        if (!text.starts_with(' ')) return fail("no space before a number", line);
        text.remove_prefix(1);
        const std::size_t space = text.find(' ');
        const std::string value{text.substr(0, space)};
        if (value.empty() || value.find('_') != std::string::npos) return fail("number", line);
        char* end = nullptr;
        std::strtod(value.c_str(), &end);
        if (*end != '\0' || value == "Nan" || value == "nan") return fail("number", line);
        if (space == std::string_view::npos) return;
        if (!may_have_time) return fail("trailing", line);
        check_number(text.substr(space), line, false);
    }

    /// Cuts `{…}` off and counts the code points of names and values.
    static bool take_labels(std::string_view& text, std::size_t& code_points, std::string& le) {
        std::set<std::string> names;
        text.remove_prefix(1);
        while (!text.starts_with('}')) {
            const std::size_t equals = text.find("=\"");
            if (equals == std::string_view::npos || equals == 0) return false;
            const std::string name{text.substr(0, equals)};
            if (!names.insert(name).second) return false;
            text.remove_prefix(equals + 2);
            std::string value;
            if (!take_quoted(text, value)) return false;
            if (name == "le") le = value;
            code_points += name.size();
            for (const char c : value)
                code_points += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
            if (text.starts_with(',')) text.remove_prefix(1);
            if (text.empty()) return false;
        }
        text.remove_prefix(1);
        return true;
    }

    static bool take_quoted(std::string_view& text, std::string& value) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '"') {
                text.remove_prefix(i + 1);
                return is_utf8(value);
            }
            if (text[i] == '\\') {
                ++i;
                if (i == text.size() || (text[i] != 'n' && text[i] != '"' && text[i] != '\\')) {
                    return false;
                }
            }
            value += text[i];
        }
        return false;
    }

    /// Leading and following bytes fit; enough to find what was not mended.
    static bool is_utf8(std::string_view text) {
        for (std::size_t i = 0; i < text.size();) {
            const auto c = static_cast<unsigned char>(text[i]);
            const std::size_t size = c < 0x80        ? 1
                                     : c >> 5U == 6  ? 2
                                     : c >> 4U == 14 ? 3
                                     : c >> 3U == 30 ? 4
                                                     : 0;
            if (size == 0 || i + size > text.size()) return false;
            for (std::size_t k = 1; k < size; ++k) {
                if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80) return false;
            }
            i += size;
        }
        return true;
    }

    [[nodiscard]] bool suffix_fits(std::string_view suffix) const {
        if (type_ == "counter") return suffix == "_total";
        if (type_ == "info") return suffix == "_info";
        if (type_ == "histogram") {
            return suffix == "_bucket" || suffix == "_count" || suffix == "_sum";
        }
        if (type_ == "summary") return suffix.empty() || suffix == "_count" || suffix == "_sum";
        return suffix.empty();
    }

    std::string problem_;
    std::string family_;
    std::string type_;
    std::set<std::string> families_;
    std::set<std::string> series_;
};

}  // namespace ctx::test
