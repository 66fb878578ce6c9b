#include "tests/style/table.h"

#include <algorithm>
#include <iterator>

namespace walnats::style {
namespace {

struct Row {
  std::string_view folder;
  // Folders and libraries, between blanks; v1 are our own stored forms. Every
  // folder may include itself, Abseil, the standard library and POSIX.
  std::string_view may_include;
};

constexpr Row kRows[] = {
    {"base", ""},
    {"event", " base "},
    {"codec", " event base protobuf "},
    {"runtime", " base asio "},
    {"transport", " event runtime base asio "},
    {"nats", " transport event runtime base asio nats.c json "},
    {"client", " transport codec event runtime base asio "},
    {"actor", " client transport codec event runtime base asio protobuf v1 "},
    {"middleware", " actor client transport codec event runtime base asio "},
    {"deadletter",
     " actor client transport codec event runtime base asio protobuf v1 "},
    {"kv", " client transport codec event runtime base asio "},
    {"inbox",
     " kv middleware actor client transport codec event runtime base asio "},
    {"services",
     " deadletter kv middleware actor client transport codec runtime event "
     "base asio protobuf v1 "},
    {"connect", " services nats transport runtime base asio "},
    {"testing",
     " testing/jetstream_model services actor client transport codec runtime "
     "event base asio protobuf v1 "},
    {"testing/matchers", " testing event base protobuf gmock "},
    {"testing/jetstream_model", " transport event base "},
    {"testing/real_server",
     " connect services transport runtime event base asio "},
    {"cli",
     " connect services deadletter kv middleware actor client transport codec "
     "runtime event base asio json protobuf v1 CLI "},
};

struct Owner {
  std::string_view path;
  std::string_view folder;
};

// Files whose row is not that of the folder in which they stand.
constexpr Owner kOwners[] = {
    {"walnats/log.h", "base"},
    {"walnats/status.h", "base"},
    {"walnats/event.h", "event"},
    {"walnats/limits.h", "event"},
    {"walnats/codec.h", "codec"},
    {"walnats/clock.h", "runtime"},
    {"walnats/task.h", "runtime"},
    {"walnats/client.h", "client"},
    {"walnats/emit.h", "client"},
    {"walnats/actor.h", "actor"},
    {"walnats/actor_options.h", "actor"},
    {"walnats/context.h", "actor"},
    {"walnats/observer.h", "actor"},
    {"walnats/retry.h", "actor"},
    {"walnats/middleware.h", "middleware"},
    {"walnats/health.h", "actor"},
    {"walnats/dead_letters.h", "deadletter"},
    {"walnats/kv.h", "kv"},
    {"walnats/inbox.h", "inbox"},
    {"walnats/producer.h", "services"},
    {"walnats/services.h", "services"},
    {"walnats/connect.h", "connect"},
    {"walnats/main.h", "connect"},
    {"walnats/testing/matchers.h", "testing/matchers"},
    {"walnats/testing/real_server.h", "testing/real_server"},
    {"walnats/testing/real_server.cc", "testing/real_server"},
};

std::string_view FirstPart(std::string_view path) {
  return path.substr(0, path.find('/'));
}

// The library that ships a system header; empty if everybody may use it.
std::string_view LibraryOf(std::string_view include) {
  constexpr std::string_view kFree[] = {"absl", "arpa", "netinet", "sys"};
  if (include.starts_with("google/protobuf/")) return "protobuf";
  if (include.starts_with("boost/asio") ||
      include.starts_with("boost/system")) {
    return "asio";
  }
  if (include.starts_with("boost/json")) return "json";
  if (include.starts_with("nats/")) return "nats.c";
  const std::string_view first = FirstPart(include);
  const bool is_free = first == include || std::ranges::count(kFree, first) > 0;
  return is_free ? std::string_view() : first;
}

}  // namespace

std::string_view RowOf(std::string_view path) {
  const auto* owner = std::ranges::find(kOwners, path, &Owner::path);
  if (owner != std::end(kOwners)) return owner->folder;
  const std::string_view below =
      path.substr(std::string_view("walnats/").size());
  constexpr std::string_view kModel = "testing/jetstream_model";
  if (below.starts_with(kModel)) return kModel;
  const std::string_view folder = FirstPart(below);
  return folder == below ? std::string_view() : folder;
}

std::string WhyRefused(std::string_view path, std::string_view include) {
  const std::string_view from = RowOf(path);
  const auto* row = std::ranges::find(kRows, from, &Row::folder);
  if (row == std::end(kRows)) {
    return std::string(path) + " has no row in the include table";
  }
  const std::string_view to =
      include.starts_with("walnats/") ? RowOf(include) : LibraryOf(include);
  if (to == from || (to.empty() && !include.starts_with("walnats/"))) {
    return "";
  }
  const std::string item = " " + std::string(to) + " ";
  if (!to.empty() && row->may_include.find(item) != row->may_include.npos) {
    return "";
  }
  return std::string(from) + " may not include " + std::string(include);
}

}  // namespace walnats::style
