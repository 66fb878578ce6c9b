#include "walnats/testing/subject_router.h"
