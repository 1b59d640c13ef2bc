// ctx/propagation/carrier_view.hpp: a borrowed carrier of any type, as the codecs see it.
//
//     void extract_mine(const ctx::CarrierReader& from, ctx::Extraction& into) {
//         from.find("x-my-trace", [&](std::string_view value) { … });
//     }
//     extract_mine(ctx::CarrierReader{headers}, into);      // headers: any readable carrier
//
// A codec is compiled once, whatever it reads from: these views erase the carrier's type.
//
// Threads   A view belongs to the thread that uses the carrier.
// Errors    What the carrier or the visitor throws passes through.
// Cost      Two pointers; one indirect call per operation and one per visited value. No allocation.

#pragma once

#include <ctx/propagation/carrier.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ctx {

/// Reads the headers of a carrier that it borrows.
class CarrierReader {
public:
    template <typename C>
    requires(!std::same_as<C, CarrierReader>) explicit CarrierReader(const C& carrier) noexcept
        : carrier_(std::addressof(carrier)), operations_(&operations_of<C>) {
        detail::require_readable<C>();
    }

    /// Calls `visit(std::string_view value)` for each line of the header `name`, in order.
    /// @param name  in lower case.
    template <typename Visit>
    void find(std::string_view name, Visit&& visit) const {
        using Target = std::remove_reference_t<Visit>;
        operations_->find(carrier_, name, erase(visit), [](void* target, std::string_view value) {
            (*static_cast<Target*>(target))(value);
        });
    }

    /// Calls `visit(std::size_t i, std::string_view value)` for each line of each header
    /// `names[i]`; the lines of one name in order.
    template <typename Visit>
    void find_each(std::span<const std::string_view> names, Visit&& visit) const {
        using Target = std::remove_reference_t<Visit>;
        operations_->find_each(carrier_, names, erase(visit),
                               [](void* target, std::size_t i, std::string_view value) {
                                   (*static_cast<Target*>(target))(i, value);
                               });
    }

    /// Calls `visit(std::string_view name, std::string_view value)` for every header line. The
    /// names are in the carrier's own spelling. Carriers that cannot list their names show none.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        using Target = std::remove_reference_t<Visit>;
        operations_->for_each(carrier_, erase(visit),
                              [](void* target, std::string_view name, std::string_view value) {
                                  (*static_cast<Target*>(target))(name, value);
                              });
    }

private:
    using OnValue = void (*)(void* target, std::string_view value);
    using OnNumbered = void (*)(void* target, std::size_t i, std::string_view value);
    using OnHeader = void (*)(void* target, std::string_view name, std::string_view value);

    struct Operations {
        void (*find)(const void* carrier, std::string_view name, void* target, OnValue call);
        void (*find_each)(const void* carrier, std::span<const std::string_view> names,
                          void* target, OnNumbered call);
        void (*for_each)(const void* carrier, void* target, OnHeader call);
    };

    template <typename Visit>
    static void* erase(Visit& visit) noexcept {
        return const_cast<void*>(static_cast<const volatile void*>(std::addressof(visit)));
    }

    template <typename C>
    static void visit_each(const C& carrier, std::span<const std::string_view> names, void* target,
                           OnNumbered call) {
        if constexpr (detail::HasFindEach<C>) {
            CarrierTraits<C>::find_each(carrier, names, [&](std::size_t i, std::string_view value) {
                call(target, i, value);
            });
        } else {
            for (std::size_t i = 0; i < names.size(); ++i) {
                carrier_get(carrier, names[i],
                            [&](std::string_view value) { call(target, i, value); });
            }
        }
    }

    template <typename C>
    static constexpr Operations operations_of{
        [](const void* carrier, std::string_view name, void* target, OnValue call) {
            carrier_get(*static_cast<const C*>(carrier), name,
                        [&](std::string_view value) { call(target, value); });
        },
        [](const void* carrier, std::span<const std::string_view> names, void* target,
           OnNumbered call) { visit_each(*static_cast<const C*>(carrier), names, target, call); },
        []([[maybe_unused]] const void* carrier, [[maybe_unused]] void* target,
           [[maybe_unused]] OnHeader call) {
            if constexpr (detail::HasForEach<C>) {
                CarrierTraits<C>::for_each(*static_cast<const C*>(carrier),
                                           [&](std::string_view name, std::string_view value) {
                                               call(target, name, value);
                                           });
            }
        }};

    const void* carrier_;
    const Operations* operations_;
};

/// Writes the headers of a carrier that it borrows.
class CarrierWriter {
public:
    template <typename C>
    requires(!std::same_as<C, CarrierWriter>) explicit CarrierWriter(C& carrier) noexcept
        : carrier_(std::addressof(carrier)), operations_(&operations_of<C>) {
        detail::require_writable<C>();
    }

    /// Leaves exactly one line of that name. @param name  in lower case.
    void set(std::string_view name, std::string_view value) const {
        operations_->set(carrier_, name, value);
    }

    /// Leaves no line of that name. @param name  in lower case.
    void remove(std::string_view name) const { operations_->remove(carrier_, name); }

    /// Leaves no line whose name begins so. Does nothing where names cannot be listed.
    /// @param prefix  in lower case.
    void remove_prefixed(std::string_view prefix) const {
        operations_->remove_prefixed(carrier_, prefix);
    }

    /// Whether values of names that end in `-bin` are bytes and not base64 (gRPC metadata).
    [[nodiscard]] bool takes_bytes() const noexcept { return operations_->takes_bytes; }

private:
    struct Operations {
        void (*set)(void* carrier, std::string_view name, std::string_view value);
        void (*remove)(void* carrier, std::string_view name);
        void (*remove_prefixed)(void* carrier, std::string_view prefix);
        bool takes_bytes;
    };

    // The names first: removing changes the carrier. Both spellings, for carriers that compare
    // names as they are.
    template <typename C>
    static void remove_all(C& carrier, std::string_view prefix) {
        std::vector<std::string> names;
        CarrierTraits<C>::for_each(carrier, [&](std::string_view found, std::string_view) {
            if (header_begins_with(found, prefix)) names.emplace_back(found);
        });
        for (std::string& name : names) {
            CarrierTraits<C>::remove(carrier, name);
            for (char& c : name)
                c = detail::to_lower(c);
            CarrierTraits<C>::remove(carrier, name);
        }
    }

    template <typename C>
    static constexpr Operations operations_of{
        [](void* carrier, std::string_view name, std::string_view value) {
            CarrierTraits<C>::set(*static_cast<C*>(carrier), name, value);
        },
        [](void* carrier, std::string_view name) {
            CarrierTraits<C>::remove(*static_cast<C*>(carrier), name);
        },
        []([[maybe_unused]] void* carrier, [[maybe_unused]] std::string_view prefix) {
            if constexpr (detail::HasRemovePrefixed<C>) {
                CarrierTraits<C>::remove_prefixed(*static_cast<C*>(carrier), prefix);
            } else if constexpr (detail::HasForEach<C>) {
                remove_all(*static_cast<C*>(carrier), prefix);
            }
        },
        detail::TakesBytes<C>};

    void* carrier_;
    const Operations* operations_;
};

namespace detail {

/// Calls `write(const CarrierWriter&)` for a carrier, through its staging if it has one.
template <typename C, typename Write>
void write_to(C& carrier, Write write) {
    if constexpr (HasStaging<C>) {
        typename CarrierTraits<C>::Staging staging{carrier};
        write(CarrierWriter{staging});
        staging.commit();
    } else {
        write(CarrierWriter{carrier});
    }
}

}  // namespace detail
}  // namespace ctx
