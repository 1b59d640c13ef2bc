// Counts what was done to fields and tells the audit callback who did it.

#pragma once

#include <ctx/context/audit.hpp>

#include <string_view>

namespace ctx::detail {

/// Whether somebody listens.
[[nodiscard]] bool is_audited() noexcept;

/// A FieldReport for one change.
class Audit {
public:
    /// Something that was done to whatever came over a wire.
    explicit Audit(const char* wire) noexcept : file_(wire) {}
    /// Something that the program did there.
    Audit(const char* file, int line) noexcept : file_(file), line_(line) {}

    ~Audit();
    Audit(const Audit&) = delete;
    Audit& operator=(const Audit&) = delete;

    /// For outgoing() and its like.
    [[nodiscard]] FieldReport* report() noexcept { return &report_; }

private:
    static void hear(void* self, const FieldEvent& event) noexcept;

    const char* file_;
    int line_ = 0;  // 0: a wire
    FieldReport report_{&hear, this};
};

}  // namespace ctx::detail
