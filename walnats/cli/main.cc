#include "walnats/cli/program.h"

int main(int argc, char** argv) { return walnats::cli::RunProgram(argc, argv); }
