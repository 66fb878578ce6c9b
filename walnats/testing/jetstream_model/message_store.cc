#include "walnats/testing/jetstream_model/message_store.h"
