#include "tools/bdl/golden.hpp"
#include <ctx/version.hpp>

#include <ctx-bdl/cli.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ctx::test;
using testing::HasSubstr;
using testing::StartsWith;

class CommandLine : public testing::Test {
protected:
    void SetUp() override {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  ("ctx_bdl_" + std::to_string(getpid()) + "_" + info->name());
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }

    std::string write(const std::string& name, std::string_view text) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name, std::ios::binary) << text;
        return path(name);
    }

    int run(const std::vector<std::string>& arguments) {
        const std::vector<std::string_view> views(arguments.begin(), arguments.end());
        out_.str("");
        errors_.str("");
        return ctx::bdlc::run(views, out_, errors_);
    }

    std::filesystem::path folder_;
    std::ostringstream out_;
    std::ostringstream errors_;
};

TEST_F(CommandLine, tells_how_it_is_used) {
    EXPECT_EQ(run({"--help"}), 0);
    EXPECT_THAT(out_.str(), StartsWith("usage: ctx-bdl "));
    EXPECT_EQ(run({"--version"}), 0);
    EXPECT_EQ(out_.str(), "ctx-bdl " CTX_VERSION_STRING "\n");
    EXPECT_EQ(errors_.str(), "");
}

TEST_F(CommandLine, wrong_usage_is_2) {
    const std::vector<std::vector<std::string>> wrong = {{},
                                                         {"--check"},
                                                         {"--nonsense", "a.bb"},
                                                         {"a.bb", "--out"},
                                                         {"--out", "", "a.bb"},
                                                         {"a.txt"},
                                                         {"x/a.bb", "y/a.bb"}};
    for (const auto& arguments : wrong) {
        EXPECT_EQ(run(arguments), 2);
        EXPECT_THAT(errors_.str(), HasSubstr("(try --help)"));
    }
}

TEST_F(CommandLine, file_that_cannot_be_read_is_1) {
    EXPECT_EQ(run({path("a.bb")}), 1);
    EXPECT_THAT(errors_.str(), HasSubstr("there is no such file"));
    std::filesystem::create_directories(folder_ / "b.bb");
    EXPECT_EQ(run({path("b.bb")}), 1);
    EXPECT_THAT(errors_.str(), HasSubstr("it is a folder"));
    write("c.bb", std::string((std::size_t{1} << 20U) + 1, ' '));
    EXPECT_EQ(run({path("c.bb")}), 1);
    EXPECT_THAT(errors_.str(), HasSubstr("larger than 1 MiB"));
}

TEST_F(CommandLine, check_writes_nothing) {
    const auto file = write("a.bb", "bag A {}\n");
    EXPECT_EQ(run({"--check", "--out", path("out"), "--depfile", path("a.d"), file}), 0);
    EXPECT_FALSE(std::filesystem::exists(path("out")));
    EXPECT_FALSE(std::filesystem::exists(path("a.d")));
}

TEST_F(CommandLine, files_with_errors_write_nothing) {
    const auto good = write("good.bb", "bag A {}\n");
    const auto bad = write("bad.bb", "bag A {\n");
    EXPECT_EQ(run({"--out", path("out"), good, bad}), 1);
    EXPECT_FALSE(std::filesystem::exists(path("out/good.hpp")));
}

TEST_F(CommandLine, file_that_did_not_change_keeps_its_time) {
    const auto file = write("a.bb", "bag A {}\n");
    ASSERT_EQ(run({"--out", path("out"), file}), 0);
    const auto header = folder_ / "out/a.hpp";
    ASSERT_TRUE(std::filesystem::exists(header));
    const auto old = std::filesystem::last_write_time(header) - std::chrono::hours(1);
    std::filesystem::last_write_time(header, old);

    ASSERT_EQ(run({"--out", path("out"), file}), 0);
    EXPECT_EQ(std::filesystem::last_write_time(header), old);

    write("a.bb", "package x;\nbag A {}\n");
    ASSERT_EQ(run({"--out", path("out"), file}), 0);
    EXPECT_NE(std::filesystem::last_write_time(header), old);
    const std::filesystem::directory_iterator entries(folder_ / "out");
    EXPECT_EQ(std::distance(entries, {}), 1);  // no draft is left
}

TEST_F(CommandLine, folder_that_cannot_be_written_is_1) {
    const auto file = write("a.bb", "bag A {}\n");
    EXPECT_EQ(run({"--out", file, file}), 1);
    EXPECT_THAT(errors_.str(), HasSubstr("cannot write"));
}

TEST_F(CommandLine, depfile_lists_what_was_read) {
    const auto c = write("more/c d.bb", "struct C {}\n");
    const auto b = write("b.bb", "import \"c d.bb\";\nstruct B { C c; }\n");
    const auto a = write("a.bb", "import \"b.bb\";\nbag A { B b = 1; }\n");
    ASSERT_EQ(run({"--out", path("out"), "--depfile", path("a.d"), "--bag-path", path("more"), a}),
              0)
        << errors_.str();
    EXPECT_EQ(file_text(path("a.d")), path("out/a.hpp") + ": \\\n  " + a + " \\\n  " + b +
                                          " \\\n  " + path("more/c\\ d.bb") + "\n");
}

TEST_F(CommandLine, imports_are_looked_for_beside_the_file_first) {
    write("sub/x.bb", "bag X { string right = 1; }\n");
    write("x.bb", "nonsense\n");
    const auto a = write("sub/a.bb", "import \"x.bb\";\nbag A { X x = 1; }\n");
    EXPECT_EQ(run({"--check", "--bag-path", folder_.string(), a}), 0) << errors_.str();
}

TEST_F(CommandLine, imports_are_not_transitive) {
    write("c.bb", "bag C {}\n");
    write("b.bb", "import \"c.bb\";\nbag B { C c = 1; }\n");
    const auto a = write("a.bb", "import \"b.bb\";\nbag A { C c = 1; }\n");
    EXPECT_EQ(run({"--check", a}), 1);
    EXPECT_THAT(errors_.str(), HasSubstr("a.bb:2:9: unknown type 'C': neither this file nor"));
}

TEST_F(CommandLine, last_import_comes_first_but_the_own_file_before_it) {
    write("b.bb", "package b;\nbag X {}\nbag Y {}\n");
    write("c.bb", "package c;\nstruct X {}\nstruct Y {}\n");
    const auto a = write("a.bb",
                         "import \"b.bb\";\nimport \"c.bb\";\nstruct Y {}\n"
                         "bag A { set<X> x = 1; set<Y> y = 2; set<c.Y> z = 3; }\n");
    EXPECT_EQ(run({"--check", a}), 0) << errors_.str();
    const auto d = write("d.bb", "import \"c.bb\";\nimport \"b.bb\";\nbag A { set<X> x = 1; }\n");
    EXPECT_EQ(run({"--check", d}), 1);
    EXPECT_THAT(errors_.str(), HasSubstr("not the bag 'X'"));
}

TEST_F(CommandLine, files_may_import_each_other_and_themselves) {
    write("b.bb", "import \"a.bb\";\nbag B { A a = 1; }\n");
    const auto a = write("a.bb", "import \"b.bb\";\nimport \"a.bb\";\nbag A { B b = 1; }\n");
    EXPECT_EQ(run({"--check", a}), 0) << errors_.str();
}

TEST_F(CommandLine, absolute_imports_are_refused) {
    write("b.bb", "bag B {}\n");
    const auto a = write("a.bb", "import \"" + path("b.bb") + "\";\nbag A { B b = 1; }\n");
    EXPECT_EQ(run({"--check", a}), 1);
    EXPECT_THAT(errors_.str(), HasSubstr("its path is absolute"));
    EXPECT_THAT(errors_.str(), testing::Not(HasSubstr("unknown type")));
}

TEST_F(CommandLine, number_that_an_imported_bag_has_is_refused) {
    write("b.bb", "bag B [number = 3] {}\n");
    const auto a = write("a.bb", "import \"b.bb\";\nbag A [number = 3] {}\n");
    EXPECT_EQ(run({"--check", a}), 1);
    EXPECT_THAT(errors_.str(), HasSubstr("the number 3 is taken by bag 'B' in "));
}

TEST(Program, runs_by_itself) {
    EXPECT_EQ(std::system(CTX_BDL_PROGRAM " --version > /dev/null"), 0);
}

}  // namespace
