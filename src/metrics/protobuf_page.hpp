// The page as protobuf: one io.prometheus.client.MetricFamily after the other, each after its
// length. Written by hand; https://github.com/prometheus/client_model has the fields.

#pragma once

#include <ctx/metrics/source.hpp>

#include <string>
#include <vector>

namespace ctx::detail {

/// Families and series that would make the page invalid are left out, counted and reported.
[[nodiscard]] std::string encode_protobuf(const std::vector<FamilySnapshot>& families);

}  // namespace ctx::detail
