// The smallest service: greets itself once, then waits for more greetings
// until Ctrl-C. `hello` starts a server of its own; NATS_URL=... uses yours.

#include <cstdio>

#include "google/protobuf/wrappers.pb.h"
#include "walnats/main.h"

using Greeting = google::protobuf::StringValue;
inline constexpr walnats::Event<Greeting> kGreeted("hello.greeted");

walnats::Task<absl::Status> Greet(walnats::Client client) {
  Greeting greeting;
  greeting.set_value("Hello, JetStream!");
  co_return (co_await client.Emit(kGreeted, greeting)).status();
}

int main(int argc, char** argv) {
  walnats::Actor printer("printer", kGreeted, [](const Greeting& greeting) {
    std::puts(greeting.value().c_str());
    std::fflush(stdout);
  });
  walnats::Services services;
  services.Add({.name = "hello",
                .producers = {walnats::Producer("greeter", {kGreeted}, Greet)},
                .actors = {printer}});
  return walnats::RunMain(services, argc, argv);
}
