// What a family may declare: everything here would otherwise make whole pages unreadable later.

#include "metrics/dimension_sets.hpp"
#include "metrics/family_state.hpp"
#include "metrics/metric_text.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/metrics/detail/family.hpp>

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>

namespace ctx::detail {
namespace {

constexpr std::size_t loud_samples = 10'000;
constexpr std::size_t max_extras = 16;

absl::Status refuse(const FamilyDeclaration& declaration, std::string_view reason) {
    return absl::InvalidArgumentError(
        absl::StrCat("family ", declaration.name, ": ", std::string(reason)));
}

absl::Status check_names(const FamilyDeclaration& declaration) {
    if (!is_metric_name(declaration.name)) {
        return refuse(declaration, "the name is not [a-zA-Z_:][a-zA-Z0-9_:]*");
    }
    if (!declaration.unit.empty() && !declaration.name.ends_with("_" + declaration.unit)) {
        return refuse(declaration, "the name does not end in the unit, _" + declaration.unit);
    }
    if (!is_valid_utf8(declaration.help)) return refuse(declaration, "the help is no UTF-8");
    return absl::OkStatus();
}

absl::Status check_label(const FamilyDeclaration& declaration, const std::string& label,
                         std::set<std::string>& taken) {
    if (!is_label_name(label)) {
        return refuse(declaration,
                      "label " + label + " is not [a-zA-Z_][a-zA-Z0-9_]*, or reserved");
    }
    if (declaration.type == MetricType::histogram && label == "le") {
        return refuse(declaration, "label le belongs to the buckets");
    }
    if (!taken.insert(label).second) {
        return refuse(declaration, "label " + label + " is declared twice");
    }
    return absl::OkStatus();
}

absl::Status check_dimension(const FamilyDeclaration& declaration, const Dimension& dimension,
                             std::set<std::string>& taken) {
    const Field* field = published_fields().set.find(dimension.key());
    if (field == nullptr || field->label_name().empty()) {
        return absl::FailedPreconditionError(absl::StrCat(
            "family ", declaration.name, ": baggage key ", dimension.key(),
            " is not declared with a label in the published FieldSet (ctx::publish_fields)"));
    }
    if (dimension.max_bytes() == 0 || dimension.max_bytes() > max_dimension_bytes) {
        return refuse(declaration, absl::StrCat("dimension ", dimension.key(),
                                                ": max_bytes is not 1 to ", max_dimension_bytes));
    }
    if (dimension.half_life().count() < 0 || dimension.forget_after().count() < 0) {
        return refuse(declaration, "dimension " + dimension.key() + ": a time is negative");
    }
    if (dimension.overflow_value().empty()) {
        return refuse(declaration, "dimension " + dimension.key() + ": no overflow value");
    }
    return check_label(declaration, field->label_name(), taken);
}

absl::Status check_extras(const FamilyDeclaration& declaration, std::set<std::string> taken) {
    taken.insert({"trace_id", "span_id", "le", "quantile"});
    if (declaration.exemplars.extras.size() > max_extras) {
        return refuse(declaration, "more than 16 exemplar extras");
    }
    for (const std::string& key : declaration.exemplars.extras) {
        const Field* field = published_fields().set.find(key);
        if (field == nullptr ||
            (field->label_name().empty() && field->log_policy() != LogPolicy::plain)) {
            return absl::FailedPreconditionError(
                absl::StrCat("family ", declaration.name, ": exemplar extra ", key,
                             " is not declared with a label or for plain logs in the FieldSet"));
        }
        for (const Dimension& dimension : declaration.dimensions) {
            if (dimension.key() == key) {
                return refuse(declaration, "exemplar extra " + key + " is a dimension already");
            }
        }
        const std::string label = extra_label(*field);
        if (!taken.insert(label).second) {
            return refuse(declaration, "exemplar extra " + key + ": label " + label + " is taken");
        }
    }
    return absl::OkStatus();
}

void warn_of_size(const FamilyDeclaration& declaration) {
    std::size_t series = 1;
    for (const Dimension& dimension : declaration.dimensions)
        series *= std::min(loud_samples, dimension.at_most() + dimension.always().size() + 2);
    series = std::min(series, declaration.max_series);
    const std::size_t samples = series * declaration.samples_per_series;
    if (declaration.samples_per_series > 1 && samples > loud_samples) {
        diagnose(Severity::warning, "metrics",
                 absl::StrCat("family ", declaration.name, ": its dimensions allow ", samples,
                              " samples per scrape; lower at_most() or max_series"));
    }
}

}  // namespace

absl::Status Family::check(const FamilyDeclaration& declaration) {
    if (auto status = check_names(declaration); !status.ok()) return status;
    if (declaration.max_series == 0) return refuse(declaration, "max_series is 0");
    if (declaration.exemplars.min_age.count() < 0 || declaration.exemplars.max_age.count() < 0) {
        return refuse(declaration, "an age of the exemplar policy is negative");
    }
    std::set<std::string> taken;
    for (const std::string& label : declaration.labels) {
        if (auto status = check_label(declaration, label, taken); !status.ok()) return status;
    }
    for (const Dimension& dimension : declaration.dimensions) {
        if (auto status = check_dimension(declaration, dimension, taken); !status.ok()) {
            return status;
        }
    }
    if (auto status = check_extras(declaration, taken); !status.ok()) return status;
    warn_of_size(declaration);
    return absl::OkStatus();
}

}  // namespace ctx::detail
