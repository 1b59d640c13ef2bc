// A name that .clang-tidy must refuse in a header.
#pragma once

namespace ctx {

inline int BadName() {
    return 1;
}

}  // namespace ctx
