#pragma once

// An entry of a bucket for people, and for scripts.

#include <string>
#include <string_view>

#include "walnats/cli/table.h"
#include "walnats/kv.h"

namespace walnats::cli {

std::string_view NameOf(KvOperation operation);  // "put", "delete", "purge"

std::string EntryJson(const KvEntry& entry);

// Revision, time, operation, key and value, as far as it fits in a line.
Table EntryTable();
void AddRow(Table& table, const KvEntry& entry);

// The same as a line, for what comes one by one.
std::string EntryLine(const KvEntry& entry, bool color);

}  // namespace walnats::cli
