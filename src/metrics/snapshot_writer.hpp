// Writes families that come as plain data, from registries that check less than a page demands.

#pragma once

#include <ctx/metrics/page_writer.hpp>

#include <string>
#include <string_view>

namespace ctx::detail {

class SnapshotWriter {
public:
    SnapshotWriter(PageWriter& page, const FamilySnapshot& family, LeStyle style)
        : page_(page), family_(family), style_(style) {}

    void write();

private:
    void write_series(const SeriesSnapshot& series, const std::string& labels);
    void write_histogram(const SeriesSnapshot& series, const std::string& labels);
    void write_summary(const SeriesSnapshot& series, const std::string& labels);
    void begin_sample(std::string_view suffix, const std::string& labels,
                      std::string_view extra = {}, double bound = 0);
    void end_sample(const SeriesSnapshot& series, const Exemplar* exemplar = nullptr);
    [[nodiscard]] std::string bound_text(double bound) const;

    PageWriter& page_;
    const FamilySnapshot& family_;
    LeStyle style_;
};

}  // namespace ctx::detail
