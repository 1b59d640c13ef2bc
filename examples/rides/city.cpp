#include "city.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <queue>
#include <random>
#include <utility>

namespace rides {

std::optional<Place> Place::parse(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    Place place;
    const char* end = text.data() + text.size();
    const auto x = std::from_chars(text.data(), text.data() + comma, place.x);
    const auto y = std::from_chars(text.data() + comma + 1, end, place.y);
    const auto within = [](int value) { return value >= 0 && value < City::side; };
    if (x.ec != std::errc{} || x.ptr != text.data() + comma || y.ec != std::errc{} ||
        y.ptr != end || !within(place.x) || !within(place.y)) {
        return std::nullopt;
    }
    return place;
}

City::City() : traffic_(static_cast<std::size_t>(side) * side) {
    std::minstd_rand generator{7};
    for (std::uint8_t& street : traffic_) {
        street = static_cast<std::uint8_t>(4 + generator() % 17);
    }
}

int City::street_seconds(int crossing, int hour) const {
    return traffic_[static_cast<std::size_t>(crossing)] + (crossing * 31 + hour * 17) % 5;
}

int City::travel_seconds(Place from, Place to, int hour) const {
    constexpr int unknown = std::numeric_limits<int>::max();
    const int start = from.y * side + from.x;
    const int goal = to.y * side + to.x;
    std::vector<int> seconds(traffic_.size(), unknown);
    using Reached = std::pair<int, int>;  // seconds, crossing
    std::priority_queue<Reached, std::vector<Reached>, std::greater<>> next;
    seconds[static_cast<std::size_t>(start)] = 0;
    next.emplace(0, start);
    while (!next.empty()) {
        const auto [spent, here] = next.top();
        next.pop();
        if (here == goal) return spent;
        if (spent > seconds[static_cast<std::size_t>(here)]) continue;
        const int x = here % side;
        const int y = here / side;
        for (const auto& [dx, dy] :
             std::array<std::pair<int, int>, 4>{{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}}) {
            if (x + dx < 0 || x + dx >= side || y + dy < 0 || y + dy >= side) continue;
            const int there = here + dx + dy * side;
            const int arrival = spent + street_seconds(there, hour);
            if (arrival < seconds[static_cast<std::size_t>(there)]) {
                seconds[static_cast<std::size_t>(there)] = arrival;
                next.emplace(arrival, there);
            }
        }
    }
    return 0;
}

}  // namespace rides
