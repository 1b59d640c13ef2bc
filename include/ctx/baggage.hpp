// ctx/baggage.hpp: all of the baggage layer.

#pragma once

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/bag_reader.hpp>
#include <ctx/baggage/bag_view.hpp>
#include <ctx/baggage/bag_writer.hpp>
#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/baggage_key.hpp>
#include <ctx/baggage/bdl.hpp>
#include <ctx/baggage/carriers.hpp>
#include <ctx/baggage/field.hpp>
#include <ctx/baggage/field_set.hpp>
#include <ctx/baggage/governance.hpp>
#include <ctx/baggage/header.hpp>
#include <ctx/baggage/lexvarint.hpp>
#include <ctx/baggage/utf8.hpp>
#include <ctx/baggage/w3c_baggage.hpp>
