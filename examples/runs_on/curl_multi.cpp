// What libcurl reads for a transfer is received with the context of whoever began the transfer.
//
//   acme reads

#include <ctx/executors.hpp>

#include <curl/curl.h>

#include <iostream>

using OnData = ctx::RepeatingCallback<std::size_t(char*, std::size_t, std::size_t)>;

int main() {
    const ctx::Context acme = ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    const OnData body{acme, [](char*, std::size_t, std::size_t size) {
                          std::cout << *ctx::current().baggage().find("tenant") << " reads\n";
                          return size;
                      }};
    CURLM* const multi = curl_multi_init();
    CURL* const easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, "file:///etc/os-release");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnData::last);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body.user());
    curl_multi_add_handle(multi, easy);
    for (int running = 1; curl_multi_perform(multi, &running) == CURLM_OK && running != 0;)
        curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
}
