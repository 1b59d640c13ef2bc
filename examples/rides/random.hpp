// Random numbers of the simulation; nothing that identifies a request is made of them.

#pragma once

#include <random>

namespace rides {

/// Uniform, both ends included.
[[nodiscard]] inline int random_between(int least, int most) {
    thread_local std::minstd_rand generator{std::random_device{}()};
    return std::uniform_int_distribution<int>{least, most}(generator);
}

}  // namespace rides
