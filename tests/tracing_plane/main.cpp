// Runs files of Tracing Plane test vectors: tracing_plane_vectors FILE...
// Prints each failure, and last `N passed, M failed`; exit status 1 if any failed.

#include "tracing_plane/ops.hpp"

#include <exception>
#include <fstream>
#include <iostream>

namespace ctx::test {
namespace {

// 7 and "7" are the same number; null and the empty list the same list.
bool same(const Json& expected, const Json& actual) {
    if (expected.is_number_integer() && actual.is_string()) {
        return expected.dump() == actual.get<std::string>();
    }
    if (expected.is_string() && actual.is_number_integer()) {
        return expected.get<std::string>() == actual.dump();
    }
    const auto is_nothing = [](const Json& value) {
        return value.is_null() || (value.is_array() && value.empty());
    };
    return expected == actual || (is_nothing(expected) && is_nothing(actual));
}

// Everything that is expected has to be there; more may be.
bool agrees(const Json& expected, const Json& actual) {
    for (const auto& [name, value] : expected.items()) {
        if (!actual.contains(name) || !same(value, actual[name])) {
            return false;
        }
    }
    return !expected.empty();
}

bool is_acceptable(const Json& also, const Json& actual) {
    if (also.is_array()) {
        for (const Json& choice : also) {
            if (is_acceptable(choice, actual)) {
                return true;
            }
        }
    }
    return also.is_object() ? agrees(also, actual)
                            : also.is_string() && actual.value("hex", "?") == also;
}

Operations all_operations() {
    Operations operations;
    add_number_operations(operations);
    add_atom_operations(operations);
    add_tree_operations(operations);
    add_typed_operations(operations);
    add_context_operations(operations);
    add_grammar_operations(operations);
    return operations;
}

// What is wrong with one vector; empty if nothing is.
std::string judge(const Operations& operations, const Json& vector) {
    const auto operation = operations.find(vector.at("op").get<std::string>());
    if (operation == operations.end()) {
        return "unknown op";
    }
    try {
        const Json& expected = vector.at("expected");
        const Json actual = operation->second(vector.at("input"), expected);
        if (agrees(expected, actual)) {
            return {};
        }
        if (vector.contains("also_acceptable") &&
            is_acceptable(vector["also_acceptable"], actual)) {
            return {};
        }
        const auto text = [](const Json& json) {
            return json.dump(-1, ' ', false, Json::error_handler_t::replace);
        };
        return "expected " + text(expected) + " actual " + text(actual);
    } catch (const std::exception& error) {
        return error.what();
    }
}

}  // namespace
}  // namespace ctx::test

int main(int argc, char** argv) {
    using namespace ctx::test;
    if (argc < 2 || argv[1][0] == '-') {
        std::cerr << "usage: tracing_plane_vectors FILE...\n";
        return 2;
    }
    const Operations operations = all_operations();
    std::size_t passed = 0;
    std::size_t failed = 0;
    for (int i = 1; i < argc; ++i) {
        std::ifstream file(argv[i]);
        const Json vectors = Json::parse(file, nullptr, false);
        if (vectors.is_discarded() || !vectors.contains("vectors")) {
            std::cout << argv[i] << ": not a file of vectors\n";
            ++failed;
            continue;
        }
        for (const Json& vector : vectors["vectors"]) {
            const std::string wrong = judge(operations, vector);
            ++(wrong.empty() ? passed : failed);
            if (!wrong.empty()) {
                std::cout << "FAILED " << vector.value("id", "?") << ' ' << vector.value("op", "?")
                          << ' ' << vector.value("name", "?") << ": " << wrong << '\n';
            }
        }
    }
    std::cout << passed << " passed, " << failed << " failed\n";
    return failed == 0 && passed != 0 ? 0 : 1;
}
