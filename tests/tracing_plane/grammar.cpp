// The grammar of .bb files, as ctx-bdl understands it.

#include "tracing_plane/ops.hpp"

#include <ctx-bdl/compiler.hpp>

namespace ctx::test {

void add_grammar_operations(Operations& operations) {
    operations["bdl_accept"] = [](const Json& input, const Json&) {
        return Json{{"accepted", bdlc::accepts(input.at("text").get<std::string>())}};
    };
}

}  // namespace ctx::test
