"""Each rule of check_tree.py must go red on a planted fault, and on nothing else."""
import os
import tempfile
import unittest

import check_tree

GOOD = {
    "include/ctx/version.hpp": '#pragma once\n#define CTX_VERSION_STRING "1.2.3"\n',
    "include/ctx/context/a.hpp": "// ctx/context/a.hpp: prose.\n//\n// Threads  any.\n"
                                 "// Errors   none.\n// Cost     none.\n\n#pragma once\n"
                                 "#include <ctx/baggage/b.hpp>\n",
    "src/context/a.cpp": '#include <ctx/context/a.hpp>\n#include "context/private.hpp"\n',
    "tests/context/a_test.cpp": "TEST(A, waits_for_the_event) { event.wait(); }\n",
    "examples/first.cpp": "int main() {}\n",
    "examples/README.md": "* `first`: the first one\n",
    "CHANGELOG.md": "## [Unreleased]\n\n## [1.2.3] - 2000-01-01\n",
    "README.md": "find_package(ctx 1.2 REQUIRED)\n",
}
INSTALLED = {"ctx/version.hpp", "ctx/context/a.hpp"}


def findings(files=None, installed=None):
    """What is found in the good tree once `files` ({path: text}) are added or replaced."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **(files or {})}.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return check_tree.check(root, installed or INSTALLED)


class CheckTree(unittest.TestCase):
    def expect_one(self, path, text, *words):
        found = findings(files={path: text})
        self.assertEqual(len(found), 1, found)
        for word in (path, *words):
            self.assertIn(word, found[0])

    def test_a_good_tree_has_no_findings(self):
        self.assertEqual(findings(), [])

    def test_header_without_a_promised_word(self):
        text = GOOD["include/ctx/context/a.hpp"]
        for word in ("Threads", "Errors", "Cost"):
            self.expect_one("include/ctx/context/a.hpp", text.replace(word, "Other"), word)

    def test_word_below_the_opening_comment_does_not_count(self):
        text = GOOD["include/ctx/context/a.hpp"].replace("// Cost     none.\n", "")
        self.expect_one("include/ctx/context/a.hpp", text + "// Cost none\n", "Cost")

    def test_only_an_umbrella_header_needs_no_words(self):
        umbrella = "// ctx/all.hpp: all.\n#pragma once\n#include <ctx/context/a.hpp>\n"
        installed = INSTALLED | {"ctx/all.hpp"}
        self.assertEqual(findings({"include/ctx/all.hpp": umbrella}, installed), [])
        more = umbrella + "namespace ctx {}\n"
        self.assertEqual(len(findings({"include/ctx/all.hpp": more}, installed)), 3)

    def test_header_without_pragma_once(self):
        text = GOOD["include/ctx/context/a.hpp"].replace("#pragma once", "")
        self.expect_one("include/ctx/context/a.hpp", text, "pragma")

    def test_include_against_the_layers(self):
        self.expect_one("src/context/a.cpp", "#include <ctx/tracing/span.hpp>\n", "tracing")
        self.expect_one("src/executors/x.cpp", "#include <ctx/propagation/x.hpp>\n", "propagation")

    def test_private_header_of_another_layer(self):
        self.expect_one("src/context/a.cpp", '#include "baggage/private.hpp"\n', "private")

    def test_long_files(self):
        text = GOOD["include/ctx/context/a.hpp"]
        self.expect_one("include/ctx/context/a.hpp", text + "\n" * 350, "longer")
        self.expect_one("src/context/a.cpp", "\n" * 401, "longer")
        self.expect_one("tests/context/a_test.cpp", "\n" * 601, "longer")

    def test_test_that_sleeps_or_is_switched_off(self):
        self.expect_one("tests/context/a_test.cpp", "std::this_thread::sleep_for(1s);\n", "sleeps")
        self.expect_one("tests/context/a_test.cpp", "TEST(A, DISABLED_b) {}\n", "switched off")
        self.expect_one("tests/context/a_test.cpp", "GTEST_SKIP();\n", "switched off")

    def test_unfinished_work(self):
        self.expect_one("src/context/a.cpp", "// TO" + "DO: more\n", "unfinished")

    def test_namespace_that_hides_a_library(self):
        self.expect_one("src/logging/a.cpp", "namespace ctx::spdlog {}\n", "hide")

    def test_path_of_one_machine(self):
        for folder in ("home", "root", "work"):
            self.expect_one("docs/a.md", f"see /{folder}/somebody/x\n", "one machine")

    def test_version_that_disagrees(self):
        self.expect_one("README.md", "find_package(ctx 1.1 REQUIRED)\n", "1.1")
        self.expect_one("CHANGELOG.md", "## [Unreleased]\n## [1.3.0] - 2000-01-01\n", "1.3.0")
        self.expect_one("CHANGELOG.md", "## [1.2.3] - 2000-01-01\n", "Unreleased")

    def test_example_that_is_not_listed(self):
        self.expect_one("examples/second.cpp", "int main() {}\n", "not listed")
        found = findings(files={"examples/third/main.cpp": "int main() {}\n"})
        self.assertEqual(found, ["examples/third:1: not listed in examples/README.md"])

    def test_header_that_no_component_installs(self):
        found = findings(installed={"ctx/version.hpp"})
        self.assertEqual(found, ["include/ctx/context/a.hpp:1: no component installs it"])


if __name__ == "__main__":
    unittest.main()
