// The command line of `walnats kv`.

#include "walnats/cli/human.h"
#include "walnats/cli/kv.h"
#include "walnats/cli/options.h"

namespace walnats::cli {
namespace {

CLI::App& AddCommand(CLI::App& kv, const std::string& name,
                     const std::string& description, std::string& bucket) {
  CLI::App& command = *kv.add_subcommand(name, description);
  command.add_option("BUCKET", bucket, "The bucket's name")->required();
  return command;
}

void AddReading(CLI::App& kv, Invocation& invocation) {
  const auto get = std::make_shared<KvKeyOptions>();
  CLI::App& gets = AddCommand(kv, "get", "Print a key's value", get->bucket);
  gets.add_option("KEY", get->key, "The key")->required();
  gets.add_option("--revision", get->revision,
                  "The value of this revision, as long as history keeps it");
  gets.add_flag("--raw", get->raw, "The value's bytes and nothing else");
  gets.footer("Examples:\n  walnats kv get limits customer.42\n");
  Set(gets, invocation, get, GetValue);

  const auto history = std::make_shared<KvKeyOptions>();
  CLI::App& histories =
      AddCommand(kv, "history", "List what is kept of a key, oldest first",
                 history->bucket);
  histories.add_option("KEY", history->key, "The key")->required();
  histories.footer("Examples:\n  walnats kv history limits customer.42\n");
  Set(histories, invocation, history, ShowHistory);
}

void AddListing(CLI::App& kv, Invocation& invocation) {
  CLI::App& buckets = *kv.add_subcommand("buckets", "List the buckets");
  buckets.footer("Examples:\n  walnats kv buckets\n");
  buckets.callback([&invocation] { invocation.command = ListBuckets; });

  const auto list = std::make_shared<KvKeysOptions>();
  CLI::App& keys =
      AddCommand(kv, "keys", "List the keys that have a value", list->bucket);
  keys.add_option("FILTER", list->filter,
                  "Keys like this: '*' is a token, '>' the rest");
  keys.footer("Examples:\n  walnats kv keys limits 'customer.*'\n");
  Set(keys, invocation, list, ListKeys);

  const auto watch = std::make_shared<KvKeysOptions>();
  CLI::App& watches = AddCommand(
      kv, "watch", "Show what changes, after what is there", watch->bucket);
  watches.add_option("FILTER", watch->filter,
                     "Keys like this: '*' is a token, '>' the rest");
  watches.add_flag("--history", watch->history, "Older values first");
  watches.footer("Ctrl-C ends it.\n\nExamples:\n  walnats kv watch limits\n");
  Set(watches, invocation, watch, WatchKeys);
}

void AddPut(CLI::App& kv, Invocation& invocation) {
  const auto options = std::make_shared<KvWriteOptions>();
  CLI::App& put = AddCommand(kv, "put", "Set a key's value", options->bucket);
  put.add_option("KEY", options->key, "The key")->required();
  put.add_option("VALUE", options->value, "The value; - reads stdin")
      ->required();
  put.add_option("--revision", options->revision,
                 "Only if the key's last write is this")
      ->check(CLI::PositiveNumber);
  put.footer(
      "Examples:\n"
      "  walnats kv put limits customer.42 1000\n"
      "  walnats kv put limits customer.42 900 --revision 7\n"
      "  walnats kv put pages index - < index.html\n");
  Set(put, invocation, options, PutValue);
}

void AddCreate(CLI::App& kv, Invocation& invocation) {
  const auto options = std::make_shared<KvWriteOptions>();
  BucketOptions& settings = options->settings;
  CLI::App& create = AddCommand(
      kv, "create", "Make a bucket; or set a key that has no value yet",
      options->bucket);
  CLI::Option* key = create.add_option("KEY", options->key, "The key");
  create.add_option("VALUE", options->value, "Its value; - reads stdin");
  create.add_option("--history", settings.history, "Values kept per key")
      ->check(CLI::Range(1, 64))
      ->excludes(key);
  AddParsed(create, "--ttl", "DURATION", settings.ttl, ParseDuration,
            "How long a value lives")
      ->excludes(key);
  AddParsed(create, "--bytes", "SIZE", settings.bytes, ParseBytes,
            "At most so large: 64MiB")
      ->excludes(key);
  AddParsed(create, "--value-size", "SIZE", settings.value_size, ParseBytes,
            "No larger values")
      ->excludes(key);
  create.add_option("--replicas", settings.replicas, "1 to 5")
      ->check(CLI::Range(1, 5))
      ->excludes(key);
  create.add_option("--description", settings.description, "For people")
      ->excludes(key);
  create.footer(
      "Examples:\n"
      "  walnats kv create limits --history 5\n"
      "  walnats kv create limits customer.42 1000\n");
  create.callback([&invocation, options, &create] {
    if (create.count("KEY") != create.count("VALUE")) {
      throw CLI::RequiredError("VALUE");
    }
    invocation.command = [options](Session& session, const Output& output) {
      return Create(session, output, *options);
    };
  });
}

void AddDelete(CLI::App& kv, Invocation& invocation) {
  const auto options = std::make_shared<KvDeleteOptions>();
  CLI::App& remove = AddCommand(
      kv, "delete", "Delete a key; or, without one, the whole bucket",
      options->bucket);
  remove.add_option("KEY", options->key, "The key");
  remove.add_flag("--purge", options->purge, "The key's history too");
  remove.add_flag("--yes,-y", options->yes, "Do not ask before a bucket");
  remove.footer(
      "Examples:\n"
      "  walnats kv delete limits customer.42\n"
      "  walnats kv delete limits --yes\n");
  Set(remove, invocation, options, Delete);
}

}  // namespace

void AddBuckets(CLI::App& app, Invocation& invocation) {
  CLI::App& kv = *app.add_subcommand("kv", "Read and write keys and values");
  AddListing(kv, invocation);
  AddReading(kv, invocation);
  AddPut(kv, invocation);
  AddCreate(kv, invocation);
  AddDelete(kv, invocation);
  kv.footer(
      "Examples:\n  walnats kv buckets\n  walnats kv get limits customer.42\n");
}

}  // namespace walnats::cli
