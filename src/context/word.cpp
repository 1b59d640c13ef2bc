#include <ctx/context/detail/word.hpp>

// An ELF note marks every object that holds a copy of the word: unlike a symbol it is found in
// stripped programs and in plugins with hidden visibility too.
asm(".pushsection .note.ctx,\"a\",@note\n"
    ".balign 4\n"
    ".long 4\n"           // size of the name
    ".long 4\n"           // size of the content
    ".long 0x63747801\n"  // type: "ctx", version 1 of the word's layout
    ".asciz \"ctx\"\n"
    ".long 16\n"  // content: the size of the word
    ".popsection\n");

namespace ctx::detail {

// `used` keeps the symbol alive for the accessor's assembly, which the optimiser cannot see into.
[[gnu::used]] thread_local constinit ThreadWord ctx_current_word{{nullptr, nullptr}, false};

#if !defined(__x86_64__)
[[gnu::noinline]] ThreadWord& word() noexcept {
    ThreadWord* address = &ctx_current_word;
    // Without this the compiler sees that the function always returns "the same" address.
    asm volatile("" : "+r"(address));
    return *address;
}
#endif

}  // namespace ctx::detail
