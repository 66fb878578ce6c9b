#include "walnats/testing/jetstream_model/refusal.h"
