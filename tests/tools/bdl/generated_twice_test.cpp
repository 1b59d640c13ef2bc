// The other order of includes, and a second file with the same headers in one program.
#include "mutual_a.hpp"
#include "mutual_b.hpp"
#include "names.hpp"
#include "reference.hpp"
#include "types.hpp"

#include <gtest/gtest.h>

namespace {

TEST(GeneratedTwice, bags_of_files_that_import_each_other) {
    mutual::b::B b;
    b.edit_a([](mutual::a::A& a) { a.add_points({1.5F}); });
    b.set_mine({7});
    b.edit_example([](ExampleBag& example) { example.set_stringfield("text"); });
    EXPECT_TRUE(b.a().points().contains({1.5F}));
    EXPECT_EQ(b.mine(), mutual::a::Mine{7});
    EXPECT_EQ(b.example().stringfield(), "text");
}

}  // namespace
