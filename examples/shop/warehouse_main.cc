// The warehouse as a process of its own:
//
//   NATS_URL=nats://127.0.0.1:4222 shop_warehouse

#include "walnats/main.h"
#include "warehouse.h"

int main(int argc, char** argv) {
  walnats::Services services;
  services.Add(shop::Warehouse());
  return walnats::RunMain(services, argc, argv);
}
