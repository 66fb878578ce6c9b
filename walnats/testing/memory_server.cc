#include "walnats/testing/memory_server.h"
