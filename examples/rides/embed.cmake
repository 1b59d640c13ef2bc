# Writes OUTPUT, a C++ source in which each file of PAGE_DIR named in FILES is a constant, so that
# the demo needs no file at run time.
set(text "#include \"page.hpp\"\n\nnamespace rides {\nnamespace {\n\n")
set(table "")
foreach(file IN LISTS FILES)
  string(MAKE_C_IDENTIFIER "${file}" name)
  file(READ "${PAGE_DIR}/${file}" bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n"
    bytes "${bytes}")
  string(APPEND text "constexpr unsigned char ${name}[] = {\n${bytes}};\n\n")
  string(APPEND table "    if (name == \"${file}\") return text(${name}, ${size});\n")
endforeach()
string(APPEND text "std::string_view text(const unsigned char* bytes, std::size_t size) {\n"
  "    return {reinterpret_cast<const char*>(bytes), size};\n}\n\n"
  "}  // namespace\n\n"
  "std::string_view page_file(std::string_view name) {\n${table}    return {};\n}\n\n"
  "}  // namespace rides\n")
file(WRITE "${OUTPUT}" "${text}")
