// What a .bb file says, as a tree; the checker fills in what is marked so.

#pragma once

#include "source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ctx::bdlc {

enum class Primitive : std::uint8_t {
    taint,
    boolean,
    int32,
    int64,
    sint32,
    sint64,
    fixed32,
    fixed64,
    sfixed32,
    sfixed64,
    float32,
    float64,
    string,
    bytes,
};

struct File;
struct Object;

/// An object and the file that declares it.
struct Resolved {
    const File* file = nullptr;
    const Object* object = nullptr;
};

/// The type of a field. Its depth is bounded by the parser: destroying it may recurse.
struct Type {
    enum class Kind : std::uint8_t {
        primitive,
        user,  // a bag or a struct
        set,   // of `argument`
        map,   // from `primitive` to `argument`
        counter,
        min,  // of `argument`, as are max and last
        max,
        last,
        callpath,  // of `hops` hops
    };

    Kind kind = Kind::primitive;
    Primitive primitive = Primitive::taint;
    std::uint32_t hops = 0;
    Span span;
    std::string package;  // of a qualified user type
    bool qualified = false;
    std::string name;  // of a user type, without its package
    std::unique_ptr<Type> argument;
    Resolved resolved;  // of a user type, by the checker; null when taken on trust
};

struct Attribute {
    enum class Kind : std::uint8_t { word, number, string };

    std::string name;
    Span name_span;
    Kind kind = Kind::word;
    std::string value;
    Span value_span;
};

/// What the attributes of a field say; empty strings where nothing is said.
struct Governance {
    bool any = false;
    std::string send;
    std::string log;
    std::string log_as;
    std::string label;
    std::optional<std::string> default_value;
    std::optional<std::uint32_t> max;
    bool span = false;
};

struct Field {
    Type type;
    std::string name;
    Span name_span;
    std::uint32_t index = 0;  // not in a struct
    Span index_span;
    std::vector<Attribute> attributes;
    std::string doc;
    Governance governance;  // by the checker
};

struct Object {
    bool is_bag = true;
    std::string name;
    Span name_span;
    std::vector<Field> fields;
    std::vector<Attribute> attributes;
    std::string doc;
    std::optional<std::uint32_t> number;  // by the checker
};

struct Import {
    std::string path;
    Span span;
    const File* file = nullptr;  // by whoever looks for imports, as is the next
    bool mutual = false;         // that file imports this one, perhaps by way of others
};

struct File {
    explicit File(SourceText text) : source(std::move(text)) {}

    SourceText source;
    std::string package;  // "a.b", or empty
    std::vector<Import> imports;
    std::vector<Object> objects;
    bool lost_objects = false;  // after an error: names may be missing
};

}  // namespace ctx::bdlc
