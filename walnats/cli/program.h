#pragma once

// The program `walnats`, from its command line to its exit code.

namespace walnats::cli {

int RunProgram(int argc, const char* const* argv);

}  // namespace walnats::cli
