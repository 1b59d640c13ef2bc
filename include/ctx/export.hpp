// ctx/export.hpp: marks what the shared libraries export. Everything else is hidden.

#pragma once

#define CTX_EXPORT __attribute__((visibility("default")))
