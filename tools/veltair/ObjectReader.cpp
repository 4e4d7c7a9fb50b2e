// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/ObjectReader.h"

#include <vector>

namespace veltair::tool {

using Json = nlohmann::json;

namespace {
// Follows the parser, which would silently take the last of equal keys.
class KeyChecker {
public:
  explicit KeyChecker(const std::string &what) : what(what) {}

  void see(Json::parse_event_t event, const Json &parsed) {
    switch (event) {
    case Json::parse_event_t::object_start:
    case Json::parse_event_t::array_start:
      beginValue();
      levels.push_back({.isArray = event == Json::parse_event_t::array_start});
      return;
    case Json::parse_event_t::object_end:
    case Json::parse_event_t::array_end:
      levels.pop_back();
      return;
    case Json::parse_event_t::value:
      return beginValue();
    case Json::parse_event_t::key:
      return beginMember(parsed.get<std::string>());
    }
  }

private:
  // An object or array that is being read.
  struct Level {
    bool isArray;
    size_t elements = 0; // begun
    std::string key = {};
    std::set<std::string> keys = {};
  };

  void beginValue() {
    if (!levels.empty())
      ++levels.back().elements;
  }

  void beginMember(std::string key) {
    Level &level = levels.back();
    if (!level.keys.insert(key).second)
      throw UserError(what + " has the key '" + key + "' twice" + place());
    level.key = std::move(key);
  }

  // " in tenants[1]"
  std::string place() const {
    std::string path;
    for (size_t i = 0; i + 1 < levels.size(); ++i) {
      const Level &level = levels[i];
      if (level.isArray)
        path += "[" + std::to_string(level.elements - 1) + "]";
      else
        path += (path.empty() ? "" : ".") + level.key;
    }
    return path.empty() ? "" : " in " + path;
  }

  const std::string &what;
  std::vector<Level> levels; // the outermost first
};
} // namespace

Json parseJson(std::string_view text, const std::string &what) {
  KeyChecker keys(what);
  try {
    return Json::parse(text, [&](int, Json::parse_event_t event, Json &parsed) {
      keys.see(event, parsed);
      return true; // keep it
    });
  } catch (const Json::exception &error) {
    throw UserError(what + " is no JSON: " + error.what());
  }
}

} // namespace veltair::tool
