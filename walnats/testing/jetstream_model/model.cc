#include "walnats/testing/jetstream_model/model.h"
