#include "walnats/testing/memory/subject_router.h"

#include <algorithm>

#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing {

SubjectRouter::Id SubjectRouter::Add(std::string_view subject,
                                     std::string_view queue) {
  if (!model::IsSubject(subject)) return 0;
  interests_.emplace(++last_,
                     Interest{std::string(subject), std::string(queue)});
  return last_;
}

void SubjectRouter::Remove(Id id) {
  const auto found = interests_.find(id);
  if (found == interests_.end()) return;
  const std::string queue = std::move(found->second.queue);
  interests_.erase(found);
  const bool last = std::ranges::none_of(interests_, [&](const auto& entry) {
    return entry.second.queue == queue;
  });
  if (last) last_of_queue_.erase(queue);
}

std::vector<SubjectRouter::Id> SubjectRouter::Match(std::string_view subject) {
  std::vector<Id> ids;
  std::map<std::string_view, std::vector<Id>> groups;
  for (const auto& [id, interest] : interests_) {
    if (!model::Matches(interest.subject, subject)) continue;
    if (interest.queue.empty()) {
      ids.push_back(id);
    } else {
      groups[interest.queue].push_back(id);
    }
  }
  for (const auto& [queue, members] : groups) {
    // The first behind the one that had the turn before, else the first.
    Id& last = last_of_queue_[std::string(queue)];
    const auto next = std::ranges::upper_bound(members, last);
    last = next == members.end() ? members.front() : *next;
    ids.push_back(last);
  }
  std::ranges::sort(ids);
  return ids;
}

}  // namespace walnats::testing
