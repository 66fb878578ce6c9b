#include "tests/benchmarks/compare/round.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tests/benchmarks/compare/contestants.h"
#include "tests/benchmarks/compare/process.h"
#include "tests/benchmarks/compare/streams.h"
#include "walnats/base/strings.h"
#include "walnats/testing/real_server.h"

namespace walnats::benchmarks {
namespace {

constexpr unsigned kLimit = 120;  // seconds for a process

bool IsScript(std::string_view name) {
  const Contestant* contestant = FindContestant(name);
  return contestant != nullptr && contestant->measure == nullptr;
}

// In the order of the table, so that baselines and we take turns.
std::vector<const Contestant*> ContestantsOf(
    const std::vector<const Row*>& rows) {
  std::vector<const Contestant*> wanted;
  for (const Contestant& contestant : Contestants()) {
    const bool named = std::ranges::any_of(rows, [&](const Row* row) {
      return row->ours == contestant.name || row->baseline == contestant.name;
    });
    if (named) wanted.push_back(&contestant);
  }
  return wanted;
}

class Rounds {
 public:
  Rounds(const Options& options, const std::string& program, Setting setting)
      : options_(options), program_(program), setting_(std::move(setting)) {}

  absl::StatusOr<Measured> Measure(const Contestant& contestant) const {
    absl::Status prepared = Prepare(contestant.before);
    if (!prepared.ok()) return prepared;
    const absl::StatusOr<std::string> text = RunProcess(
        contestant.measure == nullptr ? Script(contestant)
                                      : Child("--one", contestant.name));
    if (!text.ok()) return text.status();
    return Measured::FromJson(*text);
  }

 private:
  absl::Status Prepare(Before before) const {
    if (before == Before::kNothing) return absl::OkStatus();
    const bool empty = before == Before::kEmptyStream;
    return RunProcess(Child("--prepare", empty ? "empty" : "full")).status();
  }

  std::vector<std::string> Child(std::string_view flag,
                                 std::string_view name) const {
    return {program_, std::string(flag), std::string(name), "--setting",
            setting_.ToJson()};
  }

  std::vector<std::string> Script(const Contestant& contestant) const {
    const bool publishes = contestant.before == Before::kEmptyStream;
    const Use use = publishes ? Use::kPublish : Use::kConsume;
    return {"node",
            Cat(options_.nats_js, "/", contestant.script),
            setting_.url,
            StreamOf(setting_, use),
            SubjectOf(setting_, use),
            Cat(setting_.messages),
            Cat(setting_.payload),
            Cat(setting_.server_pid),
            std::string(contestant.argument)};
  }

  const Options& options_;
  const std::string& program_;
  const Setting setting_;
};

bool IsWanted(const Row& row, const Options& options) {
  if (options.nats_js.empty() && IsScript(row.baseline)) return false;
  return Cat(row.name, " ", row.ours, " ", row.baseline).find(options.filter) !=
         std::string::npos;
}

void ShowProgress(const std::string& text) {
  if (isatty(STDERR_FILENO) != 0) {
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
  }
}

}  // namespace

std::vector<Variant> VariantsOf(const Options& options) {
  std::vector<Variant> variants = {
      {"newest server, file storage, 128 B", options.newest}};
  if (!options.full) return variants;
  variants.push_back({"newest server, memory storage, 128 B", options.newest,
                      128, true, false});
  variants.push_back({"newest server, file storage, 1 KiB", options.newest,
                      1024, false, false});
  if (!options.oldest.empty()) {
    variants.push_back({"oldest server, file storage, 128 B", options.oldest,
                        128, false, false});
  }
  return variants;
}

std::vector<const Row*> RowsOf(const Options& options) {
  std::vector<const Row*> rows;
  for (const Row& row : Rows()) {
    if (IsWanted(row, options)) rows.push_back(&row);
  }
  return rows;
}

Results RunRounds(const Options& options, const Variant& variant,
                  const std::vector<const Row*>& rows,
                  const std::string& program) {
  Results results;
  const auto server = testing::RealServer::Start({.binary = variant.server});
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
    return results;
  }
  const Rounds rounds(options, program,
                      {.url = (*server)->url(),
                       .server = variant.server,
                       .server_pid = (*server)->pid(),
                       .messages = options.messages,
                       .payload = variant.payload,
                       .memory = variant.memory,
                       .seconds = options.seconds});
  for (int round = 1; round <= options.repeat; ++round) {
    for (const Contestant* contestant : ContestantsOf(rows)) {
      if (contestant->once && round > 1) continue;
      ShowProgress(
          Cat(variant.name, ": round ", round, ": ", contestant->name));
      absl::StatusOr<Measured> measured = rounds.Measure(*contestant);
      if (!measured.ok()) {
        std::fprintf(
            stderr, "%s\n",
            Cat(contestant->name, ": ", measured.status().ToString()).c_str());
      }
      results[contestant->name].push_back(measured.ok() ? *measured
                                                        : Measured());
    }
  }
  ShowProgress("");
  return results;
}

int RunOne(const Options& options) {
  DieWithParent(kLimit);
  const Contestant* contestant = FindContestant(options.one);
  if (contestant == nullptr || contestant->measure == nullptr) return 2;
  const absl::StatusOr<Measured> measured =
      contestant->measure(Setting::FromJson(options.setting));
  if (!measured.ok()) {
    std::fprintf(stderr, "%s\n", measured.status().ToString().c_str());
    return 1;
  }
  std::printf("%s\n", measured->ToJson().c_str());
  return 0;
}

int RunPrepare(const Options& options) {
  DieWithParent(kLimit);
  const Setting setting = Setting::FromJson(options.setting);
  const absl::Status status =
      options.prepare == "empty" ? EmptyStream(setting) : FullStream(setting);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

}  // namespace walnats::benchmarks
