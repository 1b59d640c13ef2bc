// A journal of the test's own: systemd's native protocol, read as strictly as it is described.

#pragma once

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::test {

/// The fields of an entry in their order.
class JournalEntry {
public:
    using Field = std::pair<std::string, std::string>;

    explicit JournalEntry(std::string_view bytes) {
        while (!bytes.empty() && read_field(bytes)) {
        }
        EXPECT_TRUE(bytes.empty()) << "not a field: " << bytes.substr(0, 100);
    }

    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
    [[nodiscard]] bool has(std::string_view name) const {
        return std::any_of(fields_.begin(), fields_.end(),
                           [name](const Field& field) { return field.first == name; });
    }
    [[nodiscard]] std::string operator[](std::string_view name) const {
        for (const auto& [mine, value] : fields_) {
            if (mine == name) return value;
        }
        return "no " + std::string{name};
    }

private:
    bool read_field(std::string_view& bytes) {
        const std::size_t end = bytes.find_first_of("=\n");
        if (end == std::string_view::npos) return false;
        const std::string_view name = bytes.substr(0, end);
        const bool is_text = bytes[end] == '=';
        bytes.remove_prefix(end + 1);
        std::uint64_t size = is_text ? bytes.find('\n') : read_size(bytes);
        if (size >= bytes.size() || bytes[size] != '\n') return false;
        add(name, bytes.substr(0, size));
        bytes.remove_prefix(size + 1);
        return true;
    }
    static std::uint64_t read_size(std::string_view& bytes) {
        if (bytes.size() < 8) return UINT64_MAX;
        std::uint64_t size = 0;
        for (std::size_t i = 8; i-- > 0;)
            size = size << 8 | static_cast<unsigned char>(bytes[i]);
        bytes.remove_prefix(8);
        return size;
    }
    void add(std::string_view name, std::string_view value) {
        EXPECT_FALSE(has(name)) << name;
        EXPECT_TRUE(is_taken(name)) << name;
        fields_.emplace_back(name, value);
    }
    /// What journald takes from a client (journal_field_valid() in systemd).
    static bool is_taken(std::string_view name) {
        const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
        return !name.empty() && name.size() <= 64 && name.front() != '_' &&
               !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
                   return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
               });
    }

    std::vector<Field> fields_;
};

class Journal {
public:
    Journal() {
        char folder[] = "/tmp/ctx_journal_XXXXXX";
        if (mkdtemp(folder) == nullptr) ADD_FAILURE() << "no temporary folder";
        folder_ = folder;
    }
    ~Journal() {
        close();
        rmdir(folder_.c_str());
    }
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    [[nodiscard]] std::string path() const { return folder_ + "/socket"; }
    /// Listens, which a journal that was closed can do again.
    Journal& open() {
        descriptor_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string file = path();
        std::copy(file.begin(), file.end(), address.sun_path);
        EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        return *this;
    }
    void close() {
        if (descriptor_ < 0) return;
        ::close(descriptor_);
        descriptor_ = -1;
        unlink(path().c_str());
    }

    /// Waits for an entry.
    JournalEntry next() {
        EXPECT_TRUE(is_readable(30'000)) << "no entry comes";
        return JournalEntry{receive()};
    }
    bool is_empty() { return !is_readable(0); }
    /// How many came as a file.
    [[nodiscard]] int files() const { return files_; }

private:
    bool is_readable(int milliseconds) {
        pollfd one{descriptor_, POLLIN, 0};
        return poll(&one, 1, milliseconds) == 1;
    }
    std::string receive() {
        std::string bytes(std::size_t{1} << 20, '\0');
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        iovec part{bytes.data(), bytes.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t size = recvmsg(descriptor_, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (size < 0) return {};
        bytes.resize(static_cast<std::size_t>(size));
        const cmsghdr* const rights = CMSG_FIRSTHDR(&message);
        if (rights == nullptr) return bytes;
        EXPECT_EQ(size, 0);
        int file = -1;
        std::memcpy(&file, CMSG_DATA(rights), sizeof file);
        return read_file(file);
    }
    std::string read_file(int file) {
        ++files_;
        // What journald asks for, so that nobody changes the file while it is read.
        constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
        EXPECT_EQ(fcntl(file, F_GET_SEALS) & seals, seals);
        struct stat status {};
        fstat(file, &status);
        std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
        EXPECT_EQ(pread(file, bytes.data(), bytes.size(), 0), status.st_size);
        ::close(file);
        return bytes;
    }

    std::string folder_;
    int descriptor_ = -1;
    int files_ = 0;
};

}  // namespace ctx::test
