// What coroutines and fibers do with the thread's word when they are suspended and resumed: beside
// Scope and Boundary the only code that touches it.
//
// A switch moves: the word of the strand (the coroutine, the fiber) goes into the thread and the
// thread's goes out of it, so that nothing is counted.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/detail/node.hpp>
#include <ctx/context/detail/word.hpp>

#include <utility>

namespace ctx::detail {

/// Puts `next` into the calling thread's word and gives back what was there; both are moves.
[[gnu::always_inline]] inline Word exchange_word(Word next) noexcept {
    Word& word = detail::word();
    const Word before{load_half(word.node), load_half(word.top)};
    store_half(word.top, next.top);
    store_half(word.node, next.node);
    publish_word();
    return before;
}

/// Replaces the node and leaves the Scopes as they are. The innermost one, or else whoever owns the
/// word, releases it in the end. @return the node before, and its reference.
[[nodiscard]] inline const Node* replace_node(const Node* node) noexcept {
    Word& word = detail::word();
    const Node* const before = load_half(word.node);
    store_half(word.node, node);
    publish_word();
    return before;
}

/// Takes the thread's word away while something else runs on the thread, and puts it back: what a
/// fiber does on both sides of a jump. Whatever the thread has at the end is released.
class [[nodiscard]] WordKeeper {
public:
    [[nodiscard]] WordKeeper() noexcept : kept_(exchange_word({nullptr, nullptr})) {}
    ~WordKeeper() { release_node(exchange_word(kept_).node); }

    WordKeeper(const WordKeeper&) = delete;
    WordKeeper& operator=(const WordKeeper&) = delete;

private:
    Word kept_;
};

/// The word of a coroutine that keeps its context: in its promise. While it runs its word is the
/// thread's, and this holds the word of whoever resumed it; while it is suspended the other way
/// round. Not thread-safe: as the coroutine itself.
class StrandWord {
public:
    StrandWord() noexcept = default;
    ~StrandWord() { release_node(mine_.node); }

    StrandWord(const StrandWord&) = delete;
    StrandWord& operator=(const StrandWord&) = delete;

    /// What the coroutine will start with; it must not have begun.
    void start_with(Context context) noexcept {
        release_node(std::exchange(mine_.node, context.release()));
    }

    /// What a coroutine that is suspended, or has ended, goes on with.
    [[nodiscard]] ContextView kept() const noexcept { return ContextView{mine_.node}; }

    /// The coroutine begins or goes on, on this thread.
    void enter() noexcept {
        resumer_ = exchange_word(mine_);
        mine_ = {nullptr, nullptr};
    }

    /// The coroutine is about to be suspended, or ends: the resumer gets its word back.
    void leave() noexcept {
        mine_ = exchange_word(resumer_);
        resumer_ = {nullptr, nullptr};
    }

    /// As leave(), for an await of something that knows nothing of contexts: it runs with the
    /// coroutine's context, and may resume the coroutine on any thread before it returns. The
    /// thread keeps a reference of its own. @return the resumer's word, for end_leave().
    [[nodiscard]] Word begin_leave() noexcept {
        const Word running{current_node(), load_half(word().top)};
        add_reference(running.node);
        mine_ = running;
        store_half(word().top, static_cast<Scope*>(nullptr));  // goes with the coroutine
        return std::exchange(resumer_, Word{nullptr, nullptr});
    }

    /// The await was begun. Touches nothing of the coroutine, which may be gone.
    static void end_leave(Word resumer) noexcept { release_node(exchange_word(resumer).node); }

    /// The await needed no suspension after all: the coroutine goes on where it is.
    void cancel_leave(Word resumer) noexcept {
        release_node(exchange_word(mine_).node);
        mine_ = {nullptr, nullptr};
        resumer_ = resumer;
    }

private:
    Word mine_{nullptr, nullptr};
    Word resumer_{nullptr, nullptr};
};

}  // namespace ctx::detail
