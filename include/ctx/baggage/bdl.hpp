// ctx/baggage/bdl.hpp: everything that a header written by ctx-bdl needs.

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
