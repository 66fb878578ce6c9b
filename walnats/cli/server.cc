#include "walnats/cli/server.h"

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "walnats/base/strings.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/text.h"

namespace walnats::cli {
namespace {

namespace json = boost::json;

// What is used of something, and how much may be: no limit if unset.
struct Share {
  uint64_t used = 0;
  std::optional<uint64_t> limit;
};

struct Account {
  Share memory;
  Share storage;
  Share streams;
  Share consumers;
};

std::optional<int64_t> NumberIn(const json::object& object,
                                std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<int64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

Share ShareOf(const json::object& info, const json::object& limits,
              std::string_view name, std::string_view limit) {
  Share share;
  share.used = static_cast<uint64_t>(NumberIn(info, name).value_or(0));
  const std::optional<int64_t> most = NumberIn(limits, limit);
  // -1 and, on some servers, 0.
  if (most && *most > 0) share.limit = static_cast<uint64_t>(*most);
  return share;
}

absl::StatusOr<Account> ParseAccount(std::string_view text) {
  boost::system::error_code failed;
  const json::value parsed = json::parse({text.data(), text.size()}, failed);
  const json::object* info = failed ? nullptr : parsed.if_object();
  if (info == nullptr) {
    return absl::InternalError("show server: the API's answer is no JSON");
  }
  if (info->contains("error")) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "show server: ", json::serialize(info->at("error")));
  }
  const json::value* found = info->if_contains("limits");
  const json::object* limits = found ? found->if_object() : nullptr;
  const json::object none;
  const json::object& most = limits ? *limits : none;
  return Account{ShareOf(*info, most, "memory", "max_memory"),
                 ShareOf(*info, most, "storage", "max_storage"),
                 ShareOf(*info, most, "streams", "max_streams"),
                 ShareOf(*info, most, "consumers", "max_consumers")};
}

std::string ToJson(const Share& share) {
  JsonObject object;
  object.Add("used", share.used);
  if (share.limit) {
    object.Add("limit", *share.limit);
  } else {
    object.AddNull("limit");
  }
  return object.text();
}

std::string ToJson(const transport::ServerInfo& server,
                   const Account& account) {
  JsonObject object;
  object.Add("name", server.name)
      .Add("version", server.version)
      .Add("url", server.url)
      .Add("api_level", server.features.api_level)
      .Add("max_payload", server.max_payload)
      .AddJson("memory", ToJson(account.memory))
      .AddJson("storage", ToJson(account.storage))
      .AddJson("streams", ToJson(account.streams))
      .AddJson("consumers", ToJson(account.consumers))
      .AddNull("sync_interval");
  return object.text();
}

std::string Describe(const Share& share, std::string (*human)(uint64_t)) {
  return Cat(human(share.used), " of ",
             share.limit ? human(*share.limit) : "unlimited");
}

std::string ToText(const transport::ServerInfo& server,
                   const Account& account) {
  const int level = server.features.api_level;
  const std::pair<std::string_view, std::string> lines[] = {
      {"name", Printable(server.name)},
      {"version", Printable(server.version)},
      {"url", Printable(server.url)},
      {"JetStream API",
       level == 0 ? "level 0 (before 2.11)" : Cat("level ", level)},
      {"max payload", HumanBytes(static_cast<uint64_t>(server.max_payload))},
      {"memory", Describe(account.memory, HumanBytes)},
      {"storage", Describe(account.storage, HumanBytes)},
      {"streams", Describe(account.streams, HumanCount)},
      {"consumers", Describe(account.consumers, HumanCount)},
      {"sync interval", "unknown (only the server's monitoring tells it)"},
  };
  std::string text;
  for (const auto& [name, value] : lines) {
    const std::string blanks(15 - name.size(), ' ');
    absl::StrAppend(&text, ToAbsl(name), blanks, value, "\n");
  }
  return text;
}

}  // namespace

Task<absl::Status> ShowServer(Session& session, const Output& output) {
  transport::Outgoing ask;
  ask.subject = "$JS.API.INFO";
  const absl::StatusOr<transport::Message> answer =
      co_await session.transport.Request(ask, absl::Seconds(5));
  if (!answer.ok()) co_return answer.status();
  const absl::StatusOr<Account> account = ParseAccount(answer->body());
  if (!account.ok()) co_return account.status();
  const transport::ServerInfo& server = session.transport.server();
  output.Print(output.json ? ToJson(server, *account) + '\n'
                           : ToText(server, *account));
  co_return absl::OkStatus();
}

}  // namespace walnats::cli
