// The billing as a process of its own:
//
//   NATS_URL=nats://127.0.0.1:4222 shop_billing

#include "billing.h"
#include "walnats/main.h"

int main(int argc, char** argv) {
  walnats::Services services;
  services.Add(shop::Billing());
  return walnats::RunMain(services, argc, argv);
}
