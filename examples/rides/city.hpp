// The map that routes are computed on: a grid of streets with their travel times.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rides {

struct Place {
    int x = 0;
    int y = 0;

    /// "x,y" within the city.
    [[nodiscard]] static std::optional<Place> parse(std::string_view text);
};

class City {
public:
    static constexpr int side = 80;

    City();

    /// Seconds from `from` to `to` at a time of day, by Dijkstra's algorithm. `hour` changes the
    /// traffic and thereby the way.
    [[nodiscard]] int travel_seconds(Place from, Place to, int hour) const;

private:
    [[nodiscard]] int street_seconds(int crossing, int hour) const;

    std::vector<std::uint8_t> traffic_;
};

}  // namespace rides
