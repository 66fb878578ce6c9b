#include "walnats/testing/jetstream_model/stream.h"
