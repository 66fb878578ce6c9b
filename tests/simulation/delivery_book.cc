#include "tests/simulation/delivery_book.h"

#include <optional>

#include "walnats/base/strings.h"
#include "walnats/event/headers.h"
#include "walnats/nats/ack_subject.h"

namespace walnats::simulation {
namespace {

// When a message with a delay may be handled; InfinitePast for all others.
absl::Time DueOf(const transport::Message& frame) {
  const auto header = frame.header(kDelayHeader);
  if (!header) return absl::InfinitePast();
  return DecodeDelay(*header).value_or(absl::InfinitePast());
}

// The first delivery of a delayed message is none of its attempts.
int64_t NumberOf(const transport::DeliveryInfo& info, absl::Time due) {
  const auto delivered = static_cast<int64_t>(info.delivered);
  return delivered > 1 && due > info.time ? delivered - 1 : delivered;
}

// Of a stream of the house itself: of no actor.
bool IsOurs(std::string_view stream) {
  return stream.starts_with("walnats-") || stream.starts_with("KV_walnats-");
}

std::string Name(const ActorRule& rule, uint64_t sequence) {
  return Cat("actor ", rule.stream, "/", rule.actor, ", message ", sequence);
}

}  // namespace

template <class... Parts>
void DeliveryBook::Violate(const Parts&... parts) {
  violations_.push_back(Cat(parts...));
}

void DeliveryBook::Declare(const ActorRule& rule) { rules_.push_back(rule); }

int DeliveryBook::RuleOf(std::string_view stream,
                         std::string_view actor) const {
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (rules_[i].stream == stream && rules_[i].actor == actor) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

void DeliveryBook::OnHanded(uint64_t client, const transport::Message& frame,
                            absl::Time now) {
  const auto info = nats::ParseAckSubject(frame.reply());
  if (!info || IsOurs(info->stream)) return;
  const int rule = RuleOf(info->stream, info->consumer);
  if (rule < 0)
    return Violate("delivery of nobody's consumer: ", frame.reply());
  const absl::Time due = DueOf(frame);
  const uint64_t sequence = info->stream_sequence;
  const int incarnation = incarnations_.At(info->stream, info->time);
  Attempt& attempt = attempts_[{client, rule, incarnation, sequence,
                                rules_[rule].keyed ? 0 : NumberOf(*info, due)}];
  ++attempt.handed;
  attempt.alive = now;
  attempt.due = due;
  Handed& handed = handed_[Cat(client, " ", frame.reply())];
  handed.rule = rule;
  handed.incarnation = incarnation;
  handed.sequence = sequence;
  ++handed.handed;
  handed.alive = now;
  handed.attempt = &attempt;
}

void DeliveryBook::OnSent(uint64_t client, std::string_view subject,
                          std::string_view body, absl::Time now) {
  if (!nats::IsAckSubject(subject)) return;
  const auto info = nats::ParseAckSubject(subject);
  if (!info || IsOurs(info->stream)) return;
  const auto found = handed_.find(Cat(client, " ", subject));
  if (found == handed_.end()) {
    return Violate("client ", client, " settles what it never got: ", subject,
                   " ", body);
  }
  Handed& handed = found->second;
  const ActorRule& rule = rules_[handed.rule];
  if (now > handed.alive + rule.ack_wait) {
    Violate(Name(rule, handed.sequence), ": client ", client, " sends ", body,
            " ", absl::FormatDuration(now - handed.alive),
            " after it got the delivery, later than ack_wait of ",
            absl::FormatDuration(rule.ack_wait));
  }
  if (body == "+WPI") {
    handed.alive = now;
    handed.attempt->alive = now;
  } else {
    CheckSettled(client, handed, subject, body);
  }
}

void DeliveryBook::CheckSettled(uint64_t client, Handed& handed,
                                std::string_view subject,
                                std::string_view body) {
  const std::string name = Name(rules_[handed.rule], handed.sequence);
  if (++handed.settled > handed.handed) {
    Violate(name, ": settled twice by client ", client, ": ", subject, " ",
            body);
  }
  if (body == "+ACK") {
    if (handed.attempt->returned_ok) return;
    Violate(name, ": acked by client ", client,
            ", whose handler has not returned OK: ", subject);
  } else if (body == "-NAK") {
    if (draining_.contains(client)) return;
    Violate(name, ": handed back at once by client ", client,
            ", which does not drain: ", subject);
  } else if (body.starts_with("+TERM")) {
    if (dead_.contains({handed.rule, handed.incarnation, handed.sequence})) {
      return;
    }
    Violate(name, ": terminated by client ", client,
            " before its dead letter was stored: ", subject);
  } else if (!body.starts_with("-NAK {\"delay\":") ||
             body.starts_with("-NAK {\"delay\":0")) {
    Violate(name, ": settled with ", body);
  }
}

void DeliveryBook::OnCall(const CallId& call, absl::Time now) {
  ++calls_;
  const int index = RuleOf(call.stream, call.actor);
  if (index < 0) return Violate("call of nobody's handler");
  const ActorRule& rule = rules_[index];
  const std::string name = Name(rule, call.sequence);
  if (call.attempt > rule.max_attempts) {
    Violate(name, ": attempt ", call.attempt, " of at most ",
            rule.max_attempts);
  }
  if (call.generation == 0) CheckAttempt(call, index, now);
  int& running = running_[{call.client, index}];
  if (++running > rule.max_jobs) {
    Violate(name, ": ", running, " jobs at once in client ", call.client,
            ", max_jobs is ", rule.max_jobs);
  }
}

DeliveryBook::Attempt& DeliveryBook::AttemptOf(const CallId& call, int index) {
  const int64_t number = rules_[index].keyed ? 0 : call.attempt;
  return attempts_[{call.client, index, call.incarnation, call.sequence,
                    number}];
}

void DeliveryBook::CheckAttempt(const CallId& call, int index, absl::Time now) {
  const ActorRule& rule = rules_[index];
  const std::string name = Name(rule, call.sequence);
  Attempt& attempt = AttemptOf(call, index);
  const int most = rule.keyed ? rule.max_attempts : 1;
  if (++attempt.calls > attempt.handed * most) {
    Violate(name, ": attempt ", call.attempt, " was delivered ", attempt.handed,
            " times to client ", call.client, " but called once more");
  }
  if (now > attempt.alive + rule.ack_wait) {
    Violate(name, ": attempt ", call.attempt, " begins after its deadline");
  }
  if (now < attempt.due) Violate(name, ": handled before its time");
}

void DeliveryBook::OnReturn(const CallId& call, const absl::Status& status) {
  const int index = RuleOf(call.stream, call.actor);
  if (index < 0) return;
  --running_[{call.client, index}];
  if (!status.ok() || call.generation > 0) return;
  AttemptOf(call, index).returned_ok = true;
  handled_.insert({index, call.incarnation, call.sequence});
}

void DeliveryBook::OnDead(std::string_view stream, std::string_view actor,
                          uint64_t sequence, int incarnation) {
  const int index = RuleOf(stream, actor);
  if (index < 0) return Violate("dead letter of nobody's actor: ", actor);
  if (!dead_.insert({index, incarnation, sequence}).second) {
    Violate(Name(rules_[index], sequence), ": has two dead letters");
  }
}

void DeliveryBook::OnEnd(uint64_t client) {
  for (const auto& [who, running] : running_) {
    if (who.first != client || running == 0) continue;
    Violate("client ", client, " has ended, but ", running, " jobs of actor ",
            rules_[who.second].actor, " run");
  }
}

void DeliveryBook::OnKilled(uint64_t client) {
  std::erase_if(running_,
                [&](const auto& one) { return one.first.first == client; });
}

void DeliveryBook::CheckDone(std::string_view stream, uint64_t last) {
  const int incarnation = incarnations_.Last(stream);
  for (int index = 0; index < static_cast<int>(rules_.size()); ++index) {
    if (rules_[index].stream != stream) continue;
    for (uint64_t sequence = 1; sequence <= last; ++sequence) {
      const Message one(index, incarnation, sequence);
      if (handled_.contains(one) || dead_.contains(one)) continue;
      Violate(Name(rules_[index], sequence), ": neither handled nor dead");
    }
  }
}

}  // namespace walnats::simulation
