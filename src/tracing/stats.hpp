// What the tracing layer counts about itself.

#pragma once

#include <ctx/context/stats.hpp>

namespace ctx::detail {

inline Stat dropped_spans{"ctx_tracing_dropped_spans_total",
                          "Sampled spans that were not handed to the sinks: the queue was full, or "
                          "the recorder shut down."};
inline Stat dropped_span_content{"ctx_tracing_dropped_span_content_total",
                                 "Attributes, events and links that exceeded the limits of a span "
                                 "or came after its end."};
inline Stat refused_keeps{"ctx_tracing_refused_keeps_total",
                          "Times keep() could not promise that a trace stays."};
inline Stat export_failures{"ctx_tracing_export_failures_total",
                            "Batches of spans that a sink failed to take."};
inline Stat store_dropped_spans{"ctx_tracing_store_dropped_spans_total",
                                "Spans that did not fit into a trace store."};

}  // namespace ctx::detail
