#include "tests/fakes/frame_server.h"
