#include "logging/log_stats.hpp"
#include <ctx/logging/journald.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ctx::log {
namespace {

/// A storm of signals must not keep a thread here.
constexpr int most_attempts = 4;

bool address_of(std::string_view path, sockaddr_un& address) noexcept {
    address = {};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) return false;
    std::copy(path.begin(), path.end(), address.sun_path);
    return true;
}

void limit_wait(int descriptor, std::chrono::milliseconds longest) noexcept {
    // Zero would be without limit.
    const auto micros = std::max<std::int64_t>(1, std::chrono::microseconds{longest}.count());
    const timeval limit{static_cast<time_t>(micros / 1'000'000),
                        static_cast<suseconds_t>(micros % 1'000'000)};
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// @return 0 or an error number.
int send_message(int descriptor, const msghdr& message, int flags) noexcept {
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        if (sendmsg(descriptor, &message, flags | MSG_NOSIGNAL) >= 0) return 0;
        if (errno != EINTR) return errno;
    }
    return EINTR;
}

msghdr message_to(sockaddr_un& address) noexcept {
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = sizeof address;
    return message;
}

int send_bytes(int descriptor, sockaddr_un& address, std::string_view bytes, int flags) noexcept {
    // Only read from.
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message = message_to(address);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return send_message(descriptor, message, flags);
}

bool write_all(int file, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// Nobody can change the file any more. The kernel may be busy with its pages for a moment, whoever
/// else has them, and says so after waiting for some 150 ms.
bool seal(int file) noexcept {
    constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        if (fcntl(file, F_ADD_SEALS, seals) == 0) return true;
        if (errno != EBUSY && errno != EINTR) return false;
    }
    return false;
}

/// A file in memory that nobody can change any more, which is what the journal demands of one.
/// @return -1 when there is none to be had.
int sealed_file(std::string_view bytes) noexcept {
    const int file = memfd_create("ctx-journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -1;
    if (write_all(file, bytes) && seal(file)) return file;
    close(file);
    return -1;
}

int send_file(int descriptor, sockaddr_un& address, std::string_view bytes, int flags) noexcept {
    const int file = sealed_file(bytes);
    if (file < 0) return ENOMEM;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof file)] = {};
    msghdr message = message_to(address);
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof file);
    std::memcpy(CMSG_DATA(rights), &file, sizeof file);
    const int error = send_message(descriptor, message, flags);
    close(file);
    return error;
}

}  // namespace

JournalSocket::JournalSocket(std::string_view path, std::chrono::milliseconds longest_wait)
    : path_(path), descriptor_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    if (descriptor_ >= 0) limit_wait(descriptor_, longest_wait);
}

JournalSocket::~JournalSocket() {
    if (descriptor_ >= 0) close(descriptor_);
}

bool JournalSocket::send(std::string_view entry) noexcept {
    sockaddr_un address;  // NOLINT(*-member-init): filled in below
    int error = EINVAL;
    if (descriptor_ >= 0 && address_of(path_, address)) {
        const int flags = congested_.load(std::memory_order_relaxed) ? MSG_DONTWAIT : 0;
        error = send_bytes(descriptor_, address, entry, flags);
        if (error == EMSGSIZE || error == ENOBUFS) {
            error = send_file(descriptor_, address, entry, flags);
        }
        congested_.store(error == EAGAIN, std::memory_order_relaxed);
    }
    if (error != 0) detail::journal_dropped.add();
    return error == 0;
}

}  // namespace ctx::log
