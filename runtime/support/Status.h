// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a function of the runtime returns when it can fail.

#ifndef VELTAIR_SUPPORT_STATUS_H
#define VELTAIR_SUPPORT_STATUS_H

#include "veltair/veltair.h"

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace veltair {

namespace detail {
inline void append(std::string &out, std::string_view text) { out += text; }
inline void append(std::string &out, char c) { out += c; }
template <typename T>
  requires std::is_arithmetic_v<T>
void append(std::string &out, T number) {
  out += std::to_string(number);
}
} // namespace detail

// "a" + 1 + "b" without the noise: texts and numbers, one after the other.
template <typename... Ts> std::string concat(const Ts &...parts) {
  std::string out;
  (detail::append(out, parts), ...);
  return out;
}

// "rejected"
const char *statusName(veltair_status status);

// Success, or a code with a message.
class [[nodiscard]] Status {
public:
  Status() = default;

  template <typename... Ts>
  static Status error(veltair_status code, const Ts &...message) {
    assert(code != VELTAIR_OK);
    Status status;
    status.statusCode = code;
    status.text = concat(message...);
    return status;
  }

  bool ok() const { return statusCode == VELTAIR_OK; }
  veltair_status code() const { return statusCode; }
  const std::string &message() const { return text; }

  // The same error with `context` before its message.
  Status within(std::string_view context) && {
    text = concat(context, ": ", text);
    return std::move(*this);
  }

private:
  veltair_status statusCode = VELTAIR_OK;
  std::string text;
};

// A value, or the error that there is none.
template <typename T> class [[nodiscard]] Result {
public:
  Result(Status error) : failure(std::move(error)) { assert(!failure.ok()); }
  Result(T value) : content(std::move(value)) {}

  bool ok() const { return content.has_value(); }
  Status &status() { return failure; }
  T &operator*() { return *content; }
  const T &operator*() const { return *content; }
  T *operator->() { return &*content; }
  const T *operator->() const { return &*content; }

private:
  Status failure;
  std::optional<T> content;
};

} // namespace veltair

#endif // VELTAIR_SUPPORT_STATUS_H
