#include "walnats/testing/harness.h"
