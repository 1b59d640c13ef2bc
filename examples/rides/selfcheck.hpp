// Does what the demo shows hold? Checked from outside where that is possible, told line by line.

#pragma once

#include "load.hpp"
#include "telemetry.hpp"

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace rides {

/// Reads every line of the log as it is written: which ride it names, and which trace.
class LineAudit final : public spdlog::sinks::base_sink<std::mutex> {
public:
    struct Line {
        std::string ride;      ///< from the message, where the service wrote it by hand
        std::string trace_id;  ///< from the line's own member; empty when absent
    };

    [[nodiscard]] std::vector<Line> lines();

protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override {}

private:
    std::vector<Line> lines_;
};

/// Says each check with what it saw, on stderr, and remembers whether all held.
class SelfCheck {
public:
    /// Everything that can be seen while the demo still runs.
    void while_running(unsigned short port, Telemetry& telemetry, const LoadFigures& figures,
                       const std::vector<SentRide>& sent, LineAudit& audit);
    /// After the demo has been destroyed.
    void after_the_end();

    [[nodiscard]] bool all_held() const noexcept { return all_held_; }

private:
    void say(bool held, const char* what, const std::string& seen);
    void check_rides(const LoadFigures& figures);
    void check_lines(const std::vector<SentRide>& sent, LineAudit& audit);
    void check_exemplars(unsigned short port, const std::string& page);
    void check_spans(Telemetry& telemetry, const std::vector<SentRide>& sent);
    void check_costs(const std::string& page, const LoadFigures& figures);

    bool all_held_ = true;
};

}  // namespace rides
