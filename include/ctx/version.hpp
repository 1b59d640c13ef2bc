// ctx/version.hpp: the version of the headers a program is compiled with.

#pragma once

// Semantic Versioning. The build reads the version from this line and from nowhere else.
#define CTX_VERSION_STRING "0.1.0"
