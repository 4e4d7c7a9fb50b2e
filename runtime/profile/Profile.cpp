// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/profile/Profile.h"

#include "nlohmann/json.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace veltair {

using Json = nlohmann::ordered_json;

static constexpr std::string_view schema = "veltair.profile.1";

// By Feature.
static constexpr const char *featureNames[featureCount] = {
    "slowdown",     "l3_misses", "l3_accesses",
    "memory_reads", "cycles",    "instructions",
};

void Profile::fill(ProfileTimeModel &model) const {
  for (const auto &[key, time] : times)
    if (auto level = levels.find(key.condition);
        level != levels.end() &&
        (level->second > 0 || key.condition == quietCondition))
      model.record(key.layerHash, versionKey(key.isa, key.schedule), key.cores,
                   level->second, time);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static std::string hexText(uint64_t value) {
  char text[32];
  auto end = std::to_chars(text, text + sizeof(text), value, 16).ptr;
  return std::string(text, end);
}

std::string profileText(const Profile &profile) {
  Json weights = Json::object();
  for (unsigned f = 0; f < featureCount; ++f)
    weights[featureNames[f]] = profile.proxy.weights[f];
  Json layers = Json::array();
  const Profile::Key *last = nullptr;
  for (const auto &[key, time] : profile.times) {
    if (!last || key.layerHash != last->layerHash || key.isa != last->isa ||
        key.schedule != last->schedule)
      layers.push_back({{"hash", hexText(key.layerHash)},
                        {"isa", key.isa},
                        {"schedule", key.schedule},
                        {"times", Json::array()}});
    layers.back()["times"].push_back(
        {{"cores", key.cores}, {"condition", key.condition}, {"ns", time}});
    last = &key;
  }
  Json document = {
      {"schema", schema},
      {"cpu", profile.cpu},
      {"levels", profile.levels},
      {"proxy", {{"intercept", profile.proxy.intercept}, {"weights", weights}}},
      {"layers", layers}};
  return document.dump(1) + "\n";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

// The first thing that is wrong ends the reading.
struct Problem {
  std::string what;
};

const Json &member(const Json &object, const char *key) {
  if (!object.is_object())
    throw Problem{concat("what should have '", key, "' is no object")};
  auto it = object.find(key);
  if (it == object.end())
    throw Problem{concat("'", key, "' is missing")};
  return *it;
}

std::string text(const Json &object, const char *key) {
  const Json &value = member(object, key);
  if (!value.is_string())
    throw Problem{concat("'", key, "' is no string")};
  return value.get<std::string>();
}

double checked(const Json &value, std::string_view what, double least,
               double most) {
  double number = value.is_number() ? value.get<double>() : NAN;
  if (!(number >= least && number <= most))
    throw Problem{
        concat("'", what, "' is no number from ", least, " to ", most)};
  return number;
}

double number(const Json &object, const char *key, double least, double most) {
  return checked(member(object, key), key, least, most);
}

const Json &list(const Json &object, const char *key) {
  const Json &value = member(object, key);
  if (!value.is_array())
    throw Problem{concat("'", key, "' is no list")};
  return value;
}

// Calls `read` with each entry; a problem then names which one it is of.
template <typename Read>
void forEach(const Json &entries, std::string_view what, Read read) {
  size_t index = 0;
  for (const Json &entry : entries) {
    try {
      read(entry);
    } catch (const Problem &problem) {
      throw Problem{concat(what, " ", index, ": ", problem.what)};
    }
    ++index;
  }
}

uint64_t hash(const Json &object) {
  std::string digits = text(object, "hash");
  uint64_t value = 0;
  const char *end = digits.data() + digits.size();
  auto [rest, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc() || rest != end)
    throw Problem{concat("'hash' is no hexadecimal number: '", digits, "'")};
  return value;
}

Profile readDocument(const Json &document) {
  constexpr double longestNs = 3600e9, largestWeight = 1e12, mostCores = 4096;
  if (text(document, "schema") != schema)
    throw Problem{concat("its schema is not ", schema)};
  Profile profile;
  profile.cpu = text(document, "cpu");
  const Json &levels = member(document, "levels");
  if (!levels.is_object())
    throw Problem{"'levels' is no object"};
  for (const auto &[condition, level] : levels.items())
    profile.levels[condition] = checked(level, condition, 0, 1);
  const Json &proxy = member(document, "proxy");
  profile.proxy.intercept =
      number(proxy, "intercept", -largestWeight, largestWeight);
  for (unsigned f = 0; f < featureCount; ++f)
    profile.proxy.weights[f] = number(member(proxy, "weights"), featureNames[f],
                                      -largestWeight, largestWeight);
  forEach(list(document, "layers"), "layer", [&](const Json &layer) {
    forEach(list(layer, "times"), "time", [&](const Json &entry) {
      Profile::Key key{hash(layer), text(layer, "isa"), text(layer, "schedule"),
                       unsigned(number(entry, "cores", 1, mostCores)),
                       text(entry, "condition")};
      profile.times[key] = Time(number(entry, "ns", 1, longestNs));
    });
  });
  return profile;
}

} // namespace

Result<Profile> parseProfile(std::string_view text) {
  try {
    return readDocument(Json::parse(text));
  } catch (const Json::exception &error) {
    return Status::error(VELTAIR_INVALID_ARGUMENT,
                         "the profile is no JSON: ", error.what());
  } catch (const Problem &problem) {
    return Status::error(VELTAIR_INVALID_ARGUMENT,
                         "the profile is bad: ", problem.what);
  }
}

Result<Profile> readProfile(const std::string &path, std::string_view cpu) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  if (!file || !(content << file.rdbuf()))
    return Status::error(VELTAIR_IO_ERROR, "cannot read ", path);
  Result<Profile> profile = parseProfile(content.view());
  if (!profile.ok())
    return Status(profile.status()).within(path);
  if (profile->cpu != cpu)
    return Status::error(VELTAIR_INVALID_ARGUMENT, path,
                         ": the profile is of another CPU (", profile->cpu,
                         "), this is ", cpu);
  return profile;
}

} // namespace veltair
