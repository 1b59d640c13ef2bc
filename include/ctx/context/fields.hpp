// ctx/context/fields.hpp: the one declaration of baggage fields that every layer reads.
//
//     ctx::publish_fields(*ctx::FieldSet::create({
//         ctx::Field{"customer"}.log().label("customer"),
//         ctx::Field{"session"}.log(),
//     }));
//
// Loggers, metric families and spans choose among what the declaration grants; extract(), inject()
// and set_baggage() enforce its limits. What is not declared is forwarded inside, never logged,
// never a label, never in a span, and neither sent to nor taken from partners and outside.
//
// Threads   Publish from any thread, at start-up as a rule; readers see the old or the new set.
// Errors    Nothing fails. Sets that were replaced are kept until the process ends, because readers
//           borrow them without counting: publish a handful of times, not per request.
// Cost      Reading is one atomic load.

#pragma once

#include <ctx/baggage/field_set.hpp>
#include <ctx/export.hpp>

#include <cstdint>

namespace ctx {

/// A set and its number; what was derived from an older number is out of date.
struct PublishedFields {
    const FieldSet& set;
    std::uint32_t generation;
};

/// Makes `fields` the declaration of this process. @return its generation, starting at 1.
CTX_EXPORT std::uint32_t publish_fields(FieldSet fields);

/// The declaration in force; an empty set of generation 0 before the first publish_fields().
[[nodiscard]] CTX_EXPORT PublishedFields published_fields() noexcept;

}  // namespace ctx
