// ctx/metrics.hpp: all of the metrics layer that needs no third party.

#pragma once

#include <ctx/metrics/cost_meter.hpp>
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/cpu_attribution.hpp>
#include <ctx/metrics/dimension.hpp>
#include <ctx/metrics/exemplar.hpp>
#include <ctx/metrics/gauge.hpp>
#include <ctx/metrics/histogram.hpp>
#include <ctx/metrics/info.hpp>
#include <ctx/metrics/operation.hpp>
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/page_format.hpp>
#include <ctx/metrics/page_writer.hpp>
#include <ctx/metrics/process.hpp>
#include <ctx/metrics/scrape.hpp>
#include <ctx/metrics/source.hpp>
#include <ctx/metrics/textfile.hpp>
