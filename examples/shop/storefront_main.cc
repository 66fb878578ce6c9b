// The storefront as a process of its own:
//
//   NATS_URL=nats://127.0.0.1:4222 shop_storefront

#include "storefront.h"
#include "walnats/main.h"

int main(int argc, char** argv) {
  walnats::Services services;
  services.Add(shop::Storefront(1000));
  return walnats::RunMain(services, argc, argv);
}
