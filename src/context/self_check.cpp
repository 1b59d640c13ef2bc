#include <ctx/context/self_check.hpp>

#include <elf.h>
#include <link.h>

#include <cstring>

namespace ctx {
namespace {

constexpr std::uint32_t note_type = 0x63747801;  // as written in word.cpp

bool holds_note(const char* at, std::size_t size) noexcept {
    while (size >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        std::memcpy(&head, at, sizeof head);
        const std::size_t name = (head.n_namesz + 3U) & ~std::size_t{3};
        const std::size_t total = sizeof head + name + ((head.n_descsz + 3U) & ~std::size_t{3});
        if (total > size) return false;
        if (head.n_type == note_type && head.n_namesz == 4 &&
            std::memcmp(at + sizeof head, "ctx", 4) == 0) {
            return true;
        }
        at += total;
        size -= total;
    }
    return false;
}

int visit(dl_phdr_info* info, std::size_t, void* out) {
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& header = info->dlpi_phdr[i];
        if (header.p_type != PT_NOTE) continue;
        // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader names addresses as numbers
        const auto* notes = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
        if (!holds_note(notes, header.p_memsz)) continue;
        const bool program = info->dlpi_name == nullptr || *info->dlpi_name == '\0';
        static_cast<SelfCheck*>(out)->copies.emplace_back(program ? "the program"
                                                                  : info->dlpi_name);
        break;
    }
    return 0;
}

}  // namespace

SelfCheck self_check() {
    SelfCheck result;
    dl_iterate_phdr(visit, &result);
    return result;
}

std::string SelfCheck::to_string() const {
    if (ok()) return "one copy of ctx, in " + copies.front();
    std::string text = std::to_string(copies.size()) +
                       " copies of ctx in this process; requests lose their context between:";
    for (const std::string& copy : copies)
        text += " " + copy;
    return text;
}

}  // namespace ctx
