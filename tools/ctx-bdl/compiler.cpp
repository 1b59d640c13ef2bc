#include "compiler.hpp"

#include "checker.hpp"
#include "parser.hpp"

#include <string>

namespace ctx::bdlc {

bool accepts(std::string_view text) {
    if (text.size() > SourceText::max_bytes) {
        return false;
    }
    Diagnostics diagnostics;
    const auto file = parse(SourceText("text", std::string(text)), diagnostics);
    declare(*file, diagnostics);
    check(*file, Imports::trusted, diagnostics);
    return diagnostics.errors() == 0;
}

}  // namespace ctx::bdlc
