#include "walnats/testing/jetstream_model/subject.h"
