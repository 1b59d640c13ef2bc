// ctx/logging.hpp: everything of the logging layer that needs no logger of others.

#pragma once

#include <ctx/logging/capture.hpp>
#include <ctx/logging/journald.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/json_text.hpp>
#include <ctx/logging/json_writer.hpp>
#include <ctx/logging/line_format.hpp>
#include <ctx/logging/policy.hpp>
#include <ctx/logging/record_context.hpp>
#include <ctx/logging/text_suffix.hpp>
#include <ctx/logging/values.hpp>
