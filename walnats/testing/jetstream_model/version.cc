#include "walnats/testing/jetstream_model/version.h"
