#include "parser.hpp"

#include "token_reader.hpp"
#include "type_parser.hpp"

#include <string>
#include <utility>

namespace ctx::bdlc {
namespace {

class Parser {
public:
    Parser(File& file, Diagnostics& diagnostics)
        : file_(file), in_(file.source, diagnostics), types_(in_) {}

    void run() {
        if (in_.at_name("package")) {
            parse_package();
        }
        while (in_.at_name("import")) {
            parse_import();
        }
        if (in_.at_end() && file_.imports.empty() && file_.package.empty()) {
            in_.error(in_.peek().span, "the file declares nothing: it needs a bag or a struct");
            return;
        }
        if (in_.at_end()) {
            in_.expected("a bag or a struct");
        }
        while (!in_.at_end()) {
            parse_object();
        }
    }

private:
    void parse_package() {
        in_.take();
        const Token* name = in_.expect_word("the package's name");
        if (name == nullptr) {
            return in_.skip_field();
        }
        file_.package = in_.text(*name);
        while (in_.at('.')) {
            const bool tight = in_.adjacent() && in_.adjacent(1);
            in_.take();
            if (in_.peek().kind != Token::Kind::name) {
                in_.expected("a name after '.'");
                return in_.skip_field();
            }
            if (!tight) {
                in_.error(in_.previous().span, "a package's name has no blanks around '.'");
            }
            file_.package += '.';
            file_.package += in_.text(in_.take());
        }
        end_statement("after the package's name");
    }

    void parse_import() {
        in_.take();
        if (in_.peek().kind != Token::Kind::string) {
            in_.expected("the path of a file in '\"'");
            return in_.skip_field();
        }
        if (in_.peek().newline_before) {
            in_.error(in_.peek().span, "the import's path must stand on the same line");
        } else if (in_.adjacent() && !in_.peek().comment_before) {
            in_.error(in_.peek().span, "a blank is missing before the import's path");
        }
        const Token& path = in_.take();
        std::string_view text = in_.text(path).substr(1);
        text.remove_suffix(text.ends_with('"') ? 1 : 0);
        file_.imports.push_back({std::string(text), path.span});
        end_statement("after the import's path");
    }

    void end_statement(std::string_view where) {
        if (!in_.expect(';', where)) {
            if (!in_.peek().newline_before) {
                in_.skip_field();
            }
            return;
        }
        if (!in_.at_end() && !in_.peek().newline_before) {
            in_.error(in_.peek().span, "a line break is missing after ';'");
        }
    }

    void parse_object() {
        if (!in_.at_name("bag") && !in_.at_name("struct")) {
            return refuse_statement();
        }
        const Token& keyword = in_.take();
        Object object;
        object.is_bag = in_.text(keyword) == "bag";
        object.doc = in_.doc(keyword);
        const std::string noun = object.is_bag ? "the bag" : "the struct";
        const Token* name = in_.expect_word(noun + "'s name");
        if (name == nullptr) {
            file_.lost_objects = true;
            return in_.skip_object();
        }
        object.name = in_.text(*name);
        object.name_span = name->span;
        if (in_.at('[') && object.is_bag) {
            object.attributes = types_.parse_attributes();
        }
        const bool opened = in_.take_if('{');
        if (!opened) {
            in_.expected("'{' after " + noun + "'s name");
            in_.skip_object();
        } else {
            parse_body(object);
        }
        file_.objects.push_back(std::move(object));
    }

    void refuse_statement() {
        const Span where = in_.peek().span;
        if (in_.at_name("package")) {
            in_.error(where, file_.package.empty() ? "the package must come first, before every "
                                                     "import, bag and struct"
                                                   : "a file has only one package");
        } else if (in_.at_name("import")) {
            in_.error(where, "imports must come before the first bag or struct");
        }
        if (in_.at_name("package") || in_.at_name("import")) {
            in_.skip_field();
        } else {
            constexpr std::string_view statements[] = {"bag", "struct", "import", "package"};
            in_.error(where, "expected a bag or a struct, found " + in_.found() +
                                 did_you_mean(in_.text(in_.peek()), statements));
            file_.lost_objects = true;
            in_.skip_object();
        }
    }

    void parse_body(Object& object) {
        const Span brace = in_.previous().span;
        while (!in_.at('}')) {
            if (in_.at_end()) {
                in_.error(brace, "this '{' is not closed: '}' is missing at the end of the file");
                return;
            }
            if (begins_object()) {
                in_.error(brace, "this '{' is not closed: '}' is missing before the next " +
                                     std::string(in_.text(in_.peek())));
                return;
            }
            Field field;
            if (parse_field(object.is_bag, field)) {
                object.fields.push_back(std::move(field));
            } else {
                in_.skip_field();
            }
        }
        in_.take();
        if (!in_.at_end() && !in_.peek().newline_before) {
            in_.error(in_.peek().span, "a line break is missing after '}'");
        }
    }

    // `bag X {` on a line of its own where a field should stand.
    [[nodiscard]] bool begins_object() const {
        return in_.peek().newline_before && (in_.at_name("bag") || in_.at_name("struct")) &&
               in_.peek(1).kind == Token::Kind::name && (in_.at('{', 2) || in_.at('[', 2));
    }

    bool parse_field(bool in_bag, Field& field) {
        const Token& first = in_.peek();
        if (first.kind != Token::Kind::name) {
            in_.expected("a field or '}'");
            return false;
        }
        field.doc = in_.doc(first);
        if (!types_.parse_type(field.type, 0)) {
            return false;
        }
        const Token* name = in_.expect_word("the field's name");
        if (name == nullptr) {
            return false;
        }
        field.name = in_.text(*name);
        field.name_span = name->span;
        return in_bag ? parse_index(field) : parse_struct_end(field);
    }

    bool parse_index(Field& field) {
        if (!in_.expect('=', "and the field's number")) {
            return false;
        }
        field.index_span = in_.peek().span;
        const auto index = in_.expect_number("the field's number");
        if (!index.has_value()) {
            return false;
        }
        field.index = *index;
        if (in_.at('[')) {
            field.attributes = types_.parse_attributes();
        }
        return end_field("after the field");
    }

    bool parse_struct_end(const Field& field) {
        if (in_.at('=')) {
            in_.error(in_.peek().span,
                      "fields of a struct have no numbers: they are written in "
                      "the order in which they stand");
            return false;
        }
        if (in_.at('[')) {
            in_.error(in_.peek().span,
                      "fields of a struct have no attributes; give them to the "
                      "field that holds the struct");
            return false;
        }
        return end_field("after " + in_quotes(field.name));
    }

    // Where only the ';' is missing, the field is good and so is the next line.
    bool end_field(const std::string& where) {
        return in_.expect(';', where) || in_.peek().newline_before || in_.at('}');
    }

    File& file_;
    TokenReader in_;
    TypeParser types_;
};

}  // namespace

std::unique_ptr<File> parse(SourceText source, Diagnostics& diagnostics) {
    auto file = std::make_unique<File>(std::move(source));
    Parser(*file, diagnostics).run();
    return file;
}

}  // namespace ctx::bdlc
