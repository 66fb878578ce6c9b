#include "walnats/testing/jetstream_model/consumer.h"
