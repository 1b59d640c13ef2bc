#include <ctx/metrics/textfile.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace ctx {
namespace {

absl::Status failed(const std::string& step) {
    const int error = errno;
    return absl::ErrnoToStatus(error, step);
}

/// A file beside its destination, which goes away unless it got there.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& destination) : path_(destination + ".XXXXXX") {
        descriptor_ = ::mkostemp(path_.data(), O_CLOEXEC);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (descriptor_ < 0) return;
        ::close(descriptor_);
        if (!moved_) ::unlink(path_.c_str());
    }

    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }

    [[nodiscard]] bool write(std::string_view text) const noexcept {
        while (!text.empty()) {
            const ssize_t written = ::write(descriptor_, text.data(), text.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return false;
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        constexpr mode_t readable = 0644;  // mkostemp() made it the owner's alone
        return ::fchmod(descriptor_, readable) == 0;
    }

    [[nodiscard]] bool sync() const noexcept { return ::fsync(descriptor_) == 0; }

    [[nodiscard]] bool move_to(const std::string& destination) noexcept {
        moved_ = std::rename(path_.c_str(), destination.c_str()) == 0;
        return moved_;
    }

private:
    std::string path_;
    int descriptor_ = -1;
    bool moved_ = false;
};

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

bool sync_folder(const std::string& folder) noexcept {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool good = ::fsync(descriptor) == 0;
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return good;
}

}  // namespace

absl::Status write_textfile(const MetricsPage& page, const std::string& path,
                            TextfileOptions options) {
    constexpr std::string_view suffix = ".prom";
    const std::size_t name_at = path.rfind('/') + 1;  // 0 if there is no slash
    if (!path.ends_with(suffix) || path.size() - name_at == suffix.size()) {
        return absl::InvalidArgumentError("not a name that ends in .prom: " + path);
    }
    const std::string text = page.render(PageFormat::text);
    TemporaryFile file{path};
    if (!file.is_open()) return failed("cannot make a file beside " + path);
    if (!file.write(text)) return failed("cannot write the file beside " + path);
    if (options.sync && !file.sync()) return failed("cannot sync the file beside " + path);
    if (!file.move_to(path)) return failed("cannot replace " + path);
    if (options.sync && !sync_folder(folder_of(path))) {
        return failed("cannot sync the folder of " + path);
    }
    return absl::OkStatus();
}

}  // namespace ctx
