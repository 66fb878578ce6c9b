# walnats_library(NAME SOURCES ... DEPENDS ... [LINKS ...]): the folder
# walnats/NAME as target walnats_NAME, alias walnats::NAME. DEPENDS are other
# folders, LINKS foreign targets.
function(walnats_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_library(walnats_${name} STATIC ${arg_SOURCES})
  add_library(walnats::${name} ALIAS walnats_${name})
  set_target_properties(walnats_${name} PROPERTIES
    EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  walnats_compile_options(walnats_${name})
  target_compile_features(walnats_${name} PUBLIC cxx_std_20)
  target_include_directories(walnats_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:include>)
  list(TRANSFORM arg_DEPENDS PREPEND walnats_)
  target_link_libraries(walnats_${name} PUBLIC ${arg_DEPENDS} ${arg_LINKS})
  set_property(GLOBAL APPEND PROPERTY WALNATS_LIBRARIES walnats_${name})
endfunction()

# The warnings and definitions of our own code; users' targets are theirs.
function(walnats_compile_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
endfunction()

# walnats_test(NAME SOURCES ... LINKS ... [LABELS ...] [TIMEOUT s]): the folder
# tests/NAME as one program of GoogleTest cases; every case is a ctest test.
function(walnats_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name}_test ${arg_SOURCES})
  walnats_compile_options(${name}_test)
  target_link_libraries(${name}_test PRIVATE
    ${arg_LINKS} GTest::gmock GTest::gtest GTest::gtest_main)
  target_precompile_headers(${name}_test PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> <memory> <string> <vector>)
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST
    TEST_PREFIX ${name}/
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
