#include "walnats/main.h"

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "walnats/base/log.h"
#include "walnats/connect/signals.h"

namespace walnats {
namespace {

constexpr char kUsage[] =
    "Connects to $NATS_URL, or starts a nats-server of its own.\n\n"
    "  --log-level LEVEL   debug, info, warning, error or off\n"
    "  --help              this text\n";

std::optional<LogLevel> ParseLevel(std::string_view name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "info") return LogLevel::kInfo;
  if (name == "warning") return LogLevel::kWarning;
  if (name == "error") return LogLevel::kError;
  if (name == "off") return LogLevel::kOff;
  return std::nullopt;
}

int Misunderstood(const std::string& what) {
  std::fprintf(stderr, "%s\n\n%s", what.c_str(), kUsage);
  return 2;
}

// An exit code if the program is to end at once.
std::optional<int> ParseFlags(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    std::string_view flag = argv[i];
    if (flag == "--help") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    std::optional<std::string_view> value;
    if (const size_t equals = flag.find('='); equals != flag.npos) {
      value = flag.substr(equals + 1);
      flag = flag.substr(0, equals);
    } else if (i + 1 < argc) {
      value = argv[i + 1];
      ++i;
    }
    if (flag != "--log-level") {
      return Misunderstood(Cat("unknown argument ", Quoted(flag)));
    }
    if (!value.has_value()) return Misunderstood(Cat(flag, " needs a value"));
    const std::optional<LogLevel> level = ParseLevel(*value);
    if (!level.has_value()) {
      return Misunderstood(Cat("unknown log level ", Quoted(*value)));
    }
    SetLogLevel(*level);
  }
  return std::nullopt;
}

}  // namespace

int RunMain(Services& services, const ConnectOptions& connect, int argc,
            const char* const* argv) {
  if (auto exit = ParseFlags(argc, argv)) return *exit;
  const connect::StopSignals signals([&services] { services.Stop(); });
  const std::unique_ptr<transport::Connector> connector = Connect(connect);
  const absl::Status status = services.Run(*connector);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

int RunMain(Services& services, int argc, const char* const* argv) {
  return RunMain(services, ConnectOptionsFromEnvironment(), argc, argv);
}

}  // namespace walnats
