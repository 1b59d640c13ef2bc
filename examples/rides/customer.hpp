// The service `customer`: a thread pool in front of a database that has a single connection.

#pragma once

#include "service.hpp"
#include "thread_pool.hpp"

#include <array>
#include <mutex>
#include <string_view>

namespace rides {

struct Customer {
    int id;
    std::string_view name;
    std::string_view location;  ///< "x,y" in the city
};

inline constexpr std::array<Customer, 4> customers{{{123, "Rachel's Floral Designs", "11,27"},
                                                    {392, "Trom Chocolatier", "57,65"},
                                                    {731, "Japanese Desserts", "72,32"},
                                                    {567, "Amazing Coffee Roasters", "21,65"}}};

class CustomerService {
public:
    explicit CustomerService(const Service& service) : service_(&service) {}

    /// GET /customer?id=N&ride=R: `{"id","name","location"}`, or 404.
    void handle(const Request& request, Reply reply);
    void stop() { pool_.stop(); }

private:
    void look_up(int id, const std::string& ride, const Reply& reply);
    [[nodiscard]] std::unique_lock<std::mutex> connect();
    const Customer* query(int id, const std::string& ride);

    const Service* service_;
    std::mutex database_;  // its one connection
    unsigned queries_ = 0;
    ThreadPool pool_{4};
};

}  // namespace rides
