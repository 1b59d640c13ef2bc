// ctx/baggage/bdl.hpp: everything that a header written by ctx-bdl needs.
//
//     #include "tenant.hpp"                      // from tenant.bb, by ctx_add_bdl()
//     auto tenant = acme::Tenant::get(context);
//
// Threads   As bdl/bag.hpp says.
// Errors    As bdl/bag.hpp says.
// Cost      As bdl/bag.hpp says.

#pragma once

#include <ctx/baggage/bdl/bag.hpp>
#include <ctx/baggage/bdl/collection.hpp>
#include <ctx/baggage/bdl/counter.hpp>
#include <ctx/baggage/bdl/field.hpp>
#include <ctx/baggage/bdl/ordered.hpp>
#include <ctx/baggage/bdl/scalar.hpp>
#include <ctx/baggage/bdl/struct.hpp>
#include <ctx/baggage/field.hpp>
#include <ctx/baggage/utf8.hpp>
