#include "metrics/civet_answer.hpp"
#include <ctx/metrics/civet_handler.hpp>

#include <utility>

namespace ctx {

CivetMetricsHandler::CivetMetricsHandler(std::shared_ptr<const MetricsPage> page, std::string path)
    : page_(std::move(page)), path_(std::move(path)) {}

// civetweb has one function per method; the answer to each is known to answer_scrape().

bool CivetMetricsHandler::handleGet(CivetServer* /*server*/, mg_connection* connection) {
    return detail::answer_scrape(connection, *page_, path_) != 0;
}

bool CivetMetricsHandler::handleHead(CivetServer* /*server*/, mg_connection* connection) {
    return detail::answer_scrape(connection, *page_, path_) != 0;
}

bool CivetMetricsHandler::handlePost(CivetServer* /*server*/, mg_connection* connection) {
    return detail::answer_scrape(connection, *page_, path_) != 0;
}

bool CivetMetricsHandler::handlePut(CivetServer* /*server*/, mg_connection* connection) {
    return detail::answer_scrape(connection, *page_, path_) != 0;
}

bool CivetMetricsHandler::handleDelete(CivetServer* /*server*/, mg_connection* connection) {
    return detail::answer_scrape(connection, *page_, path_) != 0;
}

bool CivetMetricsHandler::handleOptions(CivetServer* /*server*/, mg_connection* connection) {
    return detail::answer_scrape(connection, *page_, path_) != 0;
}

bool CivetMetricsHandler::handlePatch(CivetServer* /*server*/, mg_connection* connection) {
    return detail::answer_scrape(connection, *page_, path_) != 0;
}

}  // namespace ctx
