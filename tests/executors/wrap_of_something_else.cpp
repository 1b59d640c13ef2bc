#include <ctx/executors/executor.hpp>

struct Pool {
    void post(void (*)()) {}
    template <typename F>
    void submit(F) {}
};
struct NoPool {
    void run() {}
};

void hand_out(Pool& pool, NoPool& no_pool) {
    ctx::wrap(pool).submit([] {});
#ifdef CTX_EXPECT_ERROR
    ctx::wrap(no_pool).submit([] {});
#endif
    no_pool.run();
}
