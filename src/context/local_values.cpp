#include <ctx/context/detail/local_values.hpp>

#include <algorithm>
#include <memory>
#include <new>

namespace ctx::detail {
namespace {

struct Releaser {
    void operator()(LocalValue* value) const noexcept { value->release(); }
    void operator()(LocalValues* values) const noexcept { release(values); }
};

LocalValues* allocate(std::uint32_t capacity) {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers is what follows
    void* memory = ::operator new(sizeof(LocalValues) + capacity * sizeof(LocalValue*));
    return new (memory) LocalValues;
}

// Takes over the reference of `value`.
void put(LocalValues& values, LocalValue* value) noexcept {
    for (std::uint32_t i = 0; i < values.count; ++i) {
        if (values.begin()[i]->key == value->key) {
            values.begin()[i]->release();
            values.begin()[i] = value;
            return;
        }
    }
    values.begin()[values.count++] = value;
}

LocalValues* copy(const LocalValues* from, std::uint32_t room) {
    const std::uint32_t count = from == nullptr ? 0 : from->count;
    LocalValues* to = allocate(count + room);
    for (std::uint32_t i = 0; i < count; ++i) {
        from->begin()[i]->references.add();
        to->begin()[to->count++] = from->begin()[i];
    }
    return to;
}

}  // namespace

LocalValues* with_value(const LocalValues* values, LocalValue* value) {
    std::unique_ptr<LocalValue, Releaser> owned{value};
    LocalValues* result = copy(values, 1);
    put(*result, owned.release());
    return result;
}

LocalValues* join_values(LocalValues* a, const LocalValues* b) {
    if (a == nullptr || b == nullptr) return share(a);
    std::unique_ptr<LocalValues, Releaser> result{copy(a, 0)};
    for (std::uint32_t i = 0; i < a->count; ++i) {
        const LocalValue& mine = *a->begin()[i];
        const LocalValue* other = b->find(mine.key);
        if (mine.key->join == nullptr || other == nullptr || other == &mine) continue;
        put(*result, mine.key->join(mine, *other));
    }
    return result.release();
}

LocalValues* united(const LocalValues* a, const LocalValues& b) {
    LocalValues* result = copy(a, b.count);
    for (std::uint32_t i = 0; i < b.count; ++i) {
        b.begin()[i]->references.add();
        put(*result, b.begin()[i]);
    }
    return result;
}

void release(LocalValues* values) noexcept {
    if (values == nullptr || !values->references.release()) return;
    for (std::uint32_t i = 0; i < values->count; ++i)
        values->begin()[i]->release();
    values->~LocalValues();
    ::operator delete(values);
}

}  // namespace ctx::detail
