// An HTTP server of 127.0.0.1 that answers by a script and remembers what it was asked.

#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ctx::test {

class ScriptedServer {
public:
    /// Answers with nothing until the client gives up.
    static constexpr const char* silence = "silence";
    /// Closes the connection without an answer.
    static constexpr const char* hang_up = "";

    static std::string answer(const std::string& status, const std::string& headers = {},
                              const std::string& body = {}) {
        return "HTTP/1.1 " + status + "\r\n" + headers +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    ScriptedServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const raw = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, raw, &size) != 0) {
            throw std::runtime_error("cannot listen");
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] { run(); }};
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }

    [[nodiscard]] std::string url(const std::string& path = {}) const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }

    /// What comes next; 200 when nothing is left.
    void then(std::string answer) {
        const std::lock_guard lock{mutex_};
        script_.push_back(std::move(answer));
    }

    /// Waits for that many requests. @return all so far, head and body.
    std::vector<std::string> wait_for(std::size_t count) {
        std::unique_lock lock{mutex_};
        arrived_.wait_for(lock, std::chrono::seconds{60},
                          [&] { return requests_.size() >= count; });
        return requests_;
    }
    [[nodiscard]] std::size_t count() {
        const std::lock_guard lock{mutex_};
        return requests_.size();
    }

private:
    static std::size_t length_in(const std::string& head) {
        const std::string name = "\r\nContent-Length: ";
        const std::size_t at = head.find(name);
        return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
    }

    static std::string read_request(int client) {
        std::string request;
        std::array<char, 65536> buffer;
        std::size_t wanted = std::string::npos;
        while (request.size() < wanted) {
            const ssize_t read = ::recv(client, buffer.data(), buffer.size(), 0);
            if (read <= 0) return {};
            request.append(buffer.data(), static_cast<std::size_t>(read));
            const std::size_t end = request.find("\r\n\r\n");
            if (end != std::string::npos) {
                wanted = end + 4 + length_in(request.substr(0, end + 2));
            }
        }
        return request;
    }

    std::string take(std::string request) {
        const std::lock_guard lock{mutex_};
        requests_.push_back(std::move(request));
        arrived_.notify_all();
        if (script_.empty()) return answer("200 OK");
        std::string next = std::move(script_.front());
        script_.pop_front();
        return next;
    }

    void run() {
        for (;;) {
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) return;
            std::string request = read_request(client);
            if (!request.empty()) {
                const std::string text = take(std::move(request));
                char end = 0;
                if (text == silence) {
                    static_cast<void>(::recv(client, &end, 1, 0));  // until the client leaves
                } else {
                    static_cast<void>(::send(client, text.data(), text.size(), MSG_NOSIGNAL));
                }
            }
            ::close(client);
        }
    }

    int listener_;
    int port_ = 0;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::string> script_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

}  // namespace ctx::test
