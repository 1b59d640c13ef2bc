// C callbacks with libcurl's multi interface, driven by libevent: many requests in one thread, each
// with its own context, in a loop that has none. The server is in the same loop.

#include "executors/event_loop.hpp"
#include "executors/support.hpp"
#include <ctx/executors/callback.hpp>

#include <curl/curl.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

using OnEvent = RepeatingCallback<void(evutil_socket_t, short)>;
using OnSocket = RepeatingCallback<int(CURL*, curl_socket_t, int)>;
using OnTimer = RepeatingCallback<int(CURLM*, long)>;
using OnBody = RepeatingCallback<std::size_t(char*, std::size_t, std::size_t)>;
using OnDone = OneShotCallback<void(CURLcode)>;

/// Answers every path with itself, on a port of 127.0.0.1.
class Server {
public:
    explicit Server(event_base* base) : http_(evhttp_new(base)) {
        evhttp_set_gencb(http_, &answer, nullptr);
        evhttp_bound_socket* socket = evhttp_bind_socket_with_handle(http_, "127.0.0.1", 0);
        EXPECT_NE(socket, nullptr);
        sockaddr_in address{};
        socklen_t size = sizeof address;
        EXPECT_EQ(getsockname(evhttp_bound_socket_get_fd(socket),
                              reinterpret_cast<sockaddr*>(&address), &size),
                  0);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    }
    ~Server() { evhttp_free(http_); }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] const std::string& url() const { return url_; }

private:
    static void answer(evhttp_request* request, void*) {
        evbuffer_add_printf(evhttp_request_get_output_buffer(request), "%s",
                            evhttp_request_get_uri(request));
        evhttp_send_reply(request, 200, "OK", nullptr);
    }

    evhttp* http_;
    std::string url_;
};

/// curl's transfers in libevent's loop. What belongs to the loop is made with background(): it
/// outlives every request, and would keep the first one's context.
class Client {
public:
    explicit Client(test::EventLoop& loop)
        : loop_(loop),
          on_event_(background([this](evutil_socket_t socket, short what) { act(socket, what); })),
          on_socket_(background([this](CURL*, curl_socket_t socket, int what) {
              watch(socket, what);
              return 0;
          })),
          on_timer_(background([this](CURLM*, long milliseconds) {
              set_timer(milliseconds);
              return 0;
          })),
          timer_(evtimer_new(loop.base(), OnEvent::last, on_event_.user())),
          multi_(curl_multi_init()) {
        // The user data of this one is in the middle.
        const auto on_socket = [](CURL* easy, curl_socket_t socket, int what, void* user, void*) {
            return OnSocket::first(user, easy, socket, what);
        };
        using Function = int (*)(CURL*, curl_socket_t, int, void*, void*);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, static_cast<Function>(on_socket));
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, on_socket_.user());
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &OnTimer::last);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, on_timer_.user());
    }
    ~Client() { curl_multi_cleanup(multi_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// `done` is called with the result and freed; its context is the caller's.
    void add(CURL* easy, OnDone done) {
        curl_easy_setopt(easy, CURLOPT_PRIVATE, done.user());
        ASSERT_EQ(curl_multi_add_handle(multi_, easy), CURLM_OK);
        done.release();
        ++running_;
    }

    /// curl forgets the transfer, so does its callback.
    void cancel(CURL* easy) {
        curl_multi_remove_handle(multi_, easy);
        OnDone::cancel_released(done_of(easy));
        --running_;
    }

    [[nodiscard]] int strangers() const { return strangers_; }

private:
    static void* done_of(CURL* easy) {
        char* user = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &user);
        return user;
    }

    void watch(curl_socket_t socket, int what) {
        strangers_ += here() == nullptr ? 0 : 1;
        events_.erase(socket);
        if (what == CURL_POLL_REMOVE) return;
        const short reads = (what & CURL_POLL_IN) != 0 ? EV_READ : 0;
        const short writes = (what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0;
        test::Event& it = events_[socket];
        it.reset(event_new(loop_.base(), socket, static_cast<short>(reads | writes | EV_PERSIST),
                           OnEvent::last, on_event_.user()));
        event_add(it.get(), nullptr);
    }

    void set_timer(long milliseconds) {
        evtimer_del(timer_.get());
        if (milliseconds < 0) return;
        const timeval delay{milliseconds / 1000, milliseconds % 1000 * 1000};
        evtimer_add(timer_.get(), &delay);
    }

    void act(evutil_socket_t socket, short what) {
        strangers_ += here() == nullptr ? 0 : 1;
        int running = 0;
        const int ready = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
                          ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
        curl_multi_socket_action(multi_, socket < 0 ? CURL_SOCKET_TIMEOUT : socket, ready,
                                 &running);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            CURL* easy = message->easy_handle;
            const CURLcode result = message->data.result;
            curl_multi_remove_handle(multi_, easy);
            OnDone::first(done_of(easy), result);
            if (--running_ == 0) loop_.end();
        }
    }

    test::EventLoop& loop_;
    OnEvent on_event_;
    OnSocket on_socket_;
    OnTimer on_timer_;
    test::Event timer_;
    std::map<curl_socket_t, test::Event> events_;
    CURLM* multi_;
    int running_ = 0;
    int strangers_ = 0;
};

/// One GET: the body is checked to arrive in the context it was begun in.
class Get {
public:
    Get(const std::string& url, const Context& context)
        : easy_(curl_easy_init()),
          wanted_(context.node()),
          on_body_(context, [this](char* data, std::size_t, std::size_t size) {
              strangers_ += here() == wanted_ ? 0 : 1;
              if (fails_) throw std::bad_alloc{};
              body_.append(data, size);
              return size;
          }) {
        on_body_.on_exception(CURL_WRITEFUNC_ERROR);
        curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy_, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &OnBody::last);
        curl_easy_setopt(easy_, CURLOPT_WRITEDATA, on_body_.user());
    }
    ~Get() { curl_easy_cleanup(easy_); }
    Get(const Get&) = delete;
    Get& operator=(const Get&) = delete;

    void begin(Client& client) {
        client.add(easy_, OnDone{Context{ContextView{wanted_}}, [this](CURLcode result) {
                                     strangers_ += here() == wanted_ ? 0 : 1;
                                     result_ = result;
                                 }});
    }

    CURL* easy_;
    const detail::Node* wanted_;
    std::string body_;
    CURLcode result_ = CURLE_AGAIN;
    int strangers_ = 0;
    bool fails_ = false;
    OnBody on_body_;
};

class Curl : public test::ExecutorsTest {
protected:
    test::EventLoop loop_;
    Server server_{loop_.base()};
    Client client_{loop_};
};

TEST_F(Curl, every_transfer_has_its_own_context) {
    std::map<std::string, std::unique_ptr<Get>> gets;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const std::string path = "order" + std::to_string(i);
        gets[path] = std::make_unique<Get>(server_.url() + path, request(i));
        gets[path]->begin(client_);
    }
    loop_.run();
    for (const auto& [path, get] : gets) {
        EXPECT_EQ(get->result_, CURLE_OK);
        EXPECT_EQ(get->body_, "/" + path);
        EXPECT_EQ(get->strangers_, 0);
    }
    EXPECT_EQ(client_.strangers(), 0);
}

TEST_F(Curl, an_exception_fails_its_transfer_and_no_other) {
    Get bad{server_.url() + "bad", request(1)};
    Get good{server_.url() + "good", request(2)};
    bad.fails_ = true;
    bad.begin(client_);
    good.begin(client_);
    loop_.run();
    EXPECT_EQ(bad.result_, CURLE_WRITE_ERROR);
    EXPECT_EQ(bad.strangers_, 0);
    EXPECT_EQ(good.result_, CURLE_OK);
    EXPECT_EQ(good.body_, "/good");
}

TEST_F(Curl, a_cancelled_transfer_lets_go_of_its_context) {
    const std::int64_t live = live_contexts();
    {
        Get get{server_.url() + "never", request(1)};
        get.begin(client_);
        EXPECT_EQ(live_contexts(), live + 1);
        client_.cancel(get.easy_);
        EXPECT_EQ(get.result_, CURLE_AGAIN);
    }
    EXPECT_EQ(live_contexts(), live);
}

}  // namespace
}  // namespace ctx
