// Each data/errors/NAME.bb must be refused with the words of NAME.txt. With CTX_UPDATE_GOLDEN=1 in
// the environment the .txt files are written instead; read the difference before it is committed.

#include "tools/bdl/golden.hpp"

#include <ctx-bdl/cli.hpp>
#include <gtest/gtest.h>

#include <sstream>

namespace {

using namespace ctx::test;

// The tree may be anywhere.
std::string without(std::string text, const std::string& part) {
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part)) {
        text.erase(at, part.size());
    }
    return text;
}

class Errors : public testing::TestWithParam<std::string> {};

TEST_P(Errors, are_told_with_their_place_and_a_caret) {
    const std::string folder = CTX_TEST_DATA "/errors/";
    const std::string path = folder + GetParam() + ".bb";
    std::ostringstream out;
    std::ostringstream errors;
    const std::string_view arguments[] = {"--check", path};
    EXPECT_EQ(ctx::bdlc::run(arguments, out, errors), 1);
    EXPECT_EQ(out.str(), "");
    std::string text = without(errors.str(), folder);
    text = without(text, folder.substr(0, folder.size() - 1));
    expect_golden(folder + GetParam() + ".txt", text);
}

INSTANTIATE_TEST_SUITE_P(Golden, Errors, testing::ValuesIn(stems(CTX_TEST_DATA "/errors", ".bb")),
                         [](const auto& test) { return test.param; });

TEST(ErrorCount, is_not_zero) {
    EXPECT_GE(stems(CTX_TEST_DATA "/errors", ".bb").size(), 8);
}

}  // namespace
