#include "generator.hpp"
namespace ctx::bdlc {
std::string generate(const File& file) {
    return "// " + file.package + "\n";
}
}  // namespace ctx::bdlc
