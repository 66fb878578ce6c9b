include(GNUInstallDirs)

# walnats_library(NAME [SOURCES ...] [PROTOS ...] [DEPENDS ...] [LINKS ...]):
# the folder walnats/NAME as target walnats_NAME, alias walnats::NAME. DEPENDS
# are other folders, LINKS foreign targets; PROTOS are paths below proto/, and
# without SOURCES it is headers only.
function(walnats_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PROTOS;DEPENDS;LINKS" ${ARGN})
  if(arg_SOURCES)
    add_library(walnats_${name} STATIC ${arg_SOURCES})
    set_target_properties(walnats_${name} PROPERTIES
      POSITION_INDEPENDENT_CODE ON)
    walnats_compile_options(walnats_${name})
    if(WALNATS_SANITIZE)
      target_precompile_headers(walnats_${name} REUSE_FROM walnats_pch)
    endif()
    set(scope PUBLIC)
  else()
    add_library(walnats_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(walnats::${name} ALIAS walnats_${name})
  set_target_properties(walnats_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(walnats_${name} ${scope} cxx_std_20)
  target_include_directories(walnats_${name} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:include>)
  foreach(proto IN LISTS arg_PROTOS)
    walnats_add_stored_form(walnats_${name} ${proto})
  endforeach()
  list(TRANSFORM arg_DEPENDS PREPEND walnats_)
  target_link_libraries(walnats_${name} ${scope} ${arg_DEPENDS} ${arg_LINKS})
  set_property(GLOBAL APPEND PROPERTY WALNATS_LIBRARIES walnats_${name})
endfunction()

# Adds what protoc makes of proto/`path` to `target`; "walnats/v1/x.proto" is
# included as "walnats/v1/x.pb.h", here and by users.
function(walnats_add_stored_form target path)
  set(root ${PROJECT_SOURCE_DIR}/proto)
  set(generated_dir ${CMAKE_CURRENT_BINARY_DIR}/proto)
  walnats_generate_proto(${root}/${path} ${root} ${generated_dir} stem)
  target_sources(${target} PRIVATE ${stem}.pb.cc ${stem}.pb.h)
  set_source_files_properties(${stem}.pb.cc PROPERTIES COMPILE_OPTIONS -w)
  target_include_directories(${target} SYSTEM PUBLIC
    $<BUILD_INTERFACE:${generated_dir}>)
  if(WALNATS_INSTALL)
    get_filename_component(folder ${path} DIRECTORY)
    install(FILES ${stem}.pb.h
      DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${folder})
  endif()
endfunction()

# The warnings of our own code; users' targets are theirs.
function(walnats_compile_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    # g++ 12 takes Asio's recycling of coroutine frames for a mistake at -O2,
    # and at -O3 the strings of moved optionals for uninitialized.
    -Wno-mismatched-new-delete -Wno-maybe-uninitialized)
endfunction()

# walnats_test(NAME SOURCES ... LINKS ... [LABELS ...] [TIMEOUT s]): the folder
# tests/NAME as one program of GoogleTest cases; every case is a ctest test.
# With WALNATS_TEST_LABEL, programs without that label are left out. All that
# are left are built by the target walnats_tests.
function(walnats_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  if(WALNATS_TEST_LABEL AND NOT WALNATS_TEST_LABEL IN_LIST arg_LABELS)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name}_test ${arg_SOURCES})
  walnats_compile_options(${name}_test)
  target_compile_features(${name}_test PRIVATE cxx_std_20)
  target_link_libraries(${name}_test PRIVATE
    ${arg_LINKS} GTest::gmock GTest::gtest GTest::gtest_main)
  target_precompile_headers(${name}_test REUSE_FROM walnats_tests_pch)
  add_dependencies(walnats_tests ${name}_test)
  # gtest_discover_tests takes one label only. `ctest -L tsan` asks for a
  # regular expression, so it finds "nats,tsan" too.
  list(JOIN arg_LABELS "," labels)
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
    TEST_PREFIX ${name}/
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${labels}")
endfunction()

# What most files include in the end.
set(walnats_common_headers
  <functional> <map> <memory> <optional> <string> <string_view> <vector>
  <boost/asio/any_completion_handler.hpp> <boost/asio/awaitable.hpp>
  <boost/asio/io_context.hpp> <boost/asio/use_awaitable.hpp>
  <absl/container/flat_hash_map.h> <absl/status/statusor.h>
  <absl/strings/str_cat.h> <absl/time/time.h>
  <google/protobuf/message_lite.h>)

# The header precompiled once for the libraries, under sanitizers only: it
# saves a third of their slow compilation, but hides a missing include.
if(WALNATS_SANITIZE)
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/walnats_pch.cc CONTENT "")
  add_library(walnats_pch OBJECT EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_BINARY_DIR}/walnats_pch.cc)
  set_target_properties(walnats_pch PROPERTIES POSITION_INDEPENDENT_CODE ON)
  walnats_compile_options(walnats_pch)
  target_compile_features(walnats_pch PRIVATE cxx_std_20)
  target_link_libraries(walnats_pch PRIVATE Boost::headers
    absl::flat_hash_map absl::statusor absl::time protobuf::libprotobuf)
  target_precompile_headers(walnats_pch PRIVATE ${walnats_common_headers})
endif()

# The header precompiled once for all test programs.
function(walnats_add_tests_pch)
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/walnats_tests_pch.cc
       CONTENT "")
  add_library(walnats_tests_pch OBJECT EXCLUDE_FROM_ALL
    ${CMAKE_CURRENT_BINARY_DIR}/walnats_tests_pch.cc)
  walnats_compile_options(walnats_tests_pch)
  target_compile_features(walnats_tests_pch PRIVATE cxx_std_20)
  target_link_libraries(walnats_tests_pch PRIVATE GTest::gmock GTest::gtest
    Boost::headers absl::flat_hash_map absl::statusor absl::time
    protobuf::libprotobuf)
  target_precompile_headers(walnats_tests_pch PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> ${walnats_common_headers})
  add_custom_target(walnats_tests)
endfunction()
