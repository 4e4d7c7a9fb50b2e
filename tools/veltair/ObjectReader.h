// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading JSON that users wrote.

#ifndef VELTAIR_TOOLS_OBJECTREADER_H
#define VELTAIR_TOOLS_OBJECTREADER_H

#include "tools/veltair/UserError.h"

#include "nlohmann/json.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace veltair::tool {

// Parses the text of `what`. No object may have a key twice.
nlohmann::json parseJson(std::string_view text, const std::string &what);

// Calls `read`, whose errors then name the file.
template <typename Read> auto readNamed(const std::string &file, Read read) {
  try {
    return read();
  } catch (const UserError &error) {
    std::string text = error.what();
    throw UserError(text.starts_with(file) ? text : file + ": " + text);
  }
}

// Reads the members of an object, and then refuses those that nobody read.
class ObjectReader {
public:
  using Json = nlohmann::json;

  ObjectReader(const Json &json, std::string where)
      : json(json), where(std::move(where)) {
    if (!json.is_object())
      fail("must be an object");
  }

  const Json *find(const char *key) {
    known.insert(key);
    auto it = json.find(key);
    return it == json.end() ? nullptr : &*it;
  }

  std::string text(const char *key) {
    const Json &value = required(key);
    if (!value.is_string())
      fail(key, "must be a string");
    return value.get<std::string>();
  }

  // In (0, highest]; `fallback` when absent, an error when that is negative.
  double positive(const char *key, double highest, double fallback) {
    const Json *value = fallback < 0 ? &required(key) : find(key);
    if (!value)
      return fallback;
    double number = value->is_number() ? value->get<double>() : -1;
    if (!(number > 0 && number <= highest))
      fail(key, "must be a number above 0 and at most " + Json(highest).dump());
    return number;
  }

  void finish() {
    for (const auto &[key, value] : json.items())
      if (!known.count(key))
        fail("has an unknown key '" + key + "'");
  }

  [[noreturn]] void fail(const std::string &what) {
    throw UserError(where + " " + what);
  }
  [[noreturn]] void fail(const char *key, const std::string &what) {
    throw UserError(where + ": '" + key + "' " + what);
  }

private:
  const Json &required(const char *key) {
    const Json *value = find(key);
    if (!value)
      fail("lacks the key '" + std::string(key) + "'");
    return *value;
  }

  const Json &json;
  std::string where;
  std::set<std::string> known;
};

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_OBJECTREADER_H
