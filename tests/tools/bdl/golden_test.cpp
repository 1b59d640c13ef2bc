// Each data/schemas/NAME.bb must become data/schemas/NAME.hpp.golden, byte for byte. With
// CTX_UPDATE_GOLDEN=1 in the environment the golden files are written instead; read the difference
// before it is committed.

#include "tools/bdl/golden.hpp"

#include <ctx-bdl/cli.hpp>
#include <gtest/gtest.h>

#include <unistd.h>

#include <sstream>

namespace {

using namespace ctx::test;

const std::string folder = CTX_TEST_DATA "/schemas/";

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, header_is_the_expected_one) {
    const auto out_folder = std::filesystem::temp_directory_path() /
                            ("ctx_bdl_golden_" + std::to_string(getpid()) + GetParam());
    std::ostringstream out;
    std::ostringstream errors;
    const std::string file = folder + GetParam() + ".bb";
    const std::string out_name = out_folder.string();
    const std::string_view arguments[] = {"--out", out_name, file};
    ASSERT_EQ(ctx::bdlc::run(arguments, out, errors), 0) << errors.str();
    EXPECT_EQ(errors.str(), "");

    std::string text = file_text(out_folder / (GetParam() + ".hpp"));
    std::filesystem::remove_all(out_folder);
    // The version is of the build, not of the schema.
    const auto begin = text.find("ctx-bdl ") + 8;
    text.replace(begin, text.find(" from ") - begin, "VERSION");
    expect_golden(folder + GetParam() + ".hpp.golden", text);
}

INSTANTIATE_TEST_SUITE_P(Schemas, Golden, testing::ValuesIn(stems(folder, ".bb")),
                         [](const auto& test) { return test.param; });

TEST(GoldenCount, is_not_zero) {
    EXPECT_GE(stems(folder, ".bb").size(), 5);
}

}  // namespace
