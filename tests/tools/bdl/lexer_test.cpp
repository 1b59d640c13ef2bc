#include <ctx-bdl/parser.hpp>
#include <gtest/gtest.h>

#include <string>

namespace {

using namespace ctx::bdlc;

std::unique_ptr<File> parsed(const std::string& text) {
    Diagnostics diagnostics;
    SourceText source("a.bb", text);
    auto file = parse(source, diagnostics);
    EXPECT_EQ(diagnostics.errors(), 0) << diagnostics.render(source);
    return file;
}

TEST(DocComments, stand_directly_above) {
    const auto file = parsed(
        "// Licence.\n"
        "\n"
        "// What it is.\n"
        "/// And more.\n"
        "bag A {\n"
        "    /* One\n"
        "     * block. */\n"
        "    int32 x = 1;  // not of y\n"
        "    int32 y = 2;\n"
        "    // Apart.\n"
        "\n"
        "    int32 z = 3;\n"
        "}\n");
    ASSERT_EQ(file->objects.size(), 1);
    EXPECT_EQ(file->objects[0].doc, "What it is.\nAnd more.\n");
    ASSERT_EQ(file->objects[0].fields.size(), 3);
    EXPECT_EQ(file->objects[0].fields[0].doc, "One\nblock.\n");
    EXPECT_EQ(file->objects[0].fields[1].doc, "");
    EXPECT_EQ(file->objects[0].fields[2].doc, "");
}

TEST(DocComments, end_before_carriage_returns) {
    const auto file = parsed("// What it is.\r\nbag A {}\r\n");
    ASSERT_EQ(file->objects.size(), 1);
    EXPECT_EQ(file->objects[0].doc, "What it is.\n");
}

TEST(Source, counts_lines_and_columns_from_1) {
    const SourceText source("a.bb", "ab\r\nc\n");
    EXPECT_EQ(source.position(0).line, 1);
    EXPECT_EQ(source.position(0).column, 1);
    EXPECT_EQ(source.position(4).line, 2);
    EXPECT_EQ(source.position(4).column, 1);
    EXPECT_EQ(source.position(6).line, 3);
    EXPECT_EQ(source.line(1), "ab");
    EXPECT_EQ(source.line(2), "c");
    EXPECT_EQ(source.line(3), "");
}

}  // namespace
