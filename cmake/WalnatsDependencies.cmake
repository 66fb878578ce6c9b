# What walnats needs, all from Debian 12. Used by the build and by users'
# find_package(walnats).
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf MODULE REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS headers json)
find_package(Nats REQUIRED)
