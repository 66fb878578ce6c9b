#include "walnats/connect/server_binary.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "absl/strings/str_split.h"
#include "walnats/base/strings.h"

namespace walnats::connect {
namespace {

constexpr const char* kVariable = "WALNATS_NATS_SERVER";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool Executable(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) &&
         access(path.c_str(), X_OK) == 0;
}

std::string Find(const std::string& name) {
  std::vector<std::string> candidates;
  if (name.find('/') != std::string::npos) {
    candidates.push_back(name);
  } else {
    const std::string path =
        Cat(Environment("PATH"), ":/usr/sbin:/usr/local/sbin");
    const std::vector<std::string> folders =
        absl::StrSplit(path, ':', absl::SkipEmpty());
    for (const std::string& folder : folders) {
      candidates.push_back(Cat(folder, "/", name));
    }
  }
  for (const std::string& candidate : candidates) {
    std::error_code error;
    if (Executable(candidate)) {
      return std::filesystem::absolute(candidate, error).string();
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<std::string> FindServerBinary(std::string_view binary) {
  std::string name(binary);
  std::string origin;
  if (name.empty()) {
    name = Environment(kVariable);
    if (!name.empty()) origin = Cat(" (from ", kVariable, ")");
  }
  if (name.empty()) name = "nats-server";
  std::string path = Find(name);
  if (!path.empty()) return path;
  return Error(absl::StatusCode::kNotFound, "start ", Quoted(name), origin,
               ": no such program; install the package nats-server, or set ",
               kVariable, " to its path");
}

}  // namespace walnats::connect
