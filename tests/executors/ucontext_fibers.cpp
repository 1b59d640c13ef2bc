// With BOOST_USE_UCONTEXT Boost.Context makes its stacks by ucontext and tells sanitizers of each
// switch. Debian's library has only those made in assembler: this is what it lacks.

#include <boost/context/fiber.hpp>

namespace boost::context::detail {

fiber_activation_record*& fiber_activation_record::current() noexcept {
    thread_local fiber_activation_record of_thread;
    thread_local fiber_activation_record* current = &of_thread;
    return current;
}

}  // namespace boost::context::detail
