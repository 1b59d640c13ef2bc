// The version that is installed, whatever is linked.
// Prints: ctx has a version
#include <ctx/version.hpp>

#include <cstdio>
#include <cstring>

int main() {
    if (std::strlen(CTX_VERSION_STRING) < 5) return 1;
    std::puts("ctx has a version");
}
