# Installs every library of WALNATS_LIBRARIES as walnats::<folder>, what a
# program needs of them together as walnats::walnats, and what
# find_package(walnats) needs. Tests link walnats::testing besides.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY WALNATS_LIBRARIES)
add_library(walnats_all INTERFACE)
add_library(walnats::walnats ALIAS walnats_all)
set_target_properties(walnats_all PROPERTIES EXPORT_NAME walnats)
set(program_libraries ${libraries})
list(REMOVE_ITEM program_libraries walnats_testing walnats_fake_clock
  walnats_memory_transport walnats_jetstream_model walnats_real_server)
target_link_libraries(walnats_all INTERFACE ${program_libraries})

if(NOT WALNATS_INSTALL)
  return()
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/walnats)
install(TARGETS walnats_all ${libraries} EXPORT walnats-targets)
install(EXPORT walnats-targets
  NAMESPACE walnats:: DESTINATION ${package_dir})
# The promise is walnats/*.h, and of testing/ harness.h, matchers.h,
# fake_clock.h, run_task.h and real_server.h; they include headers of these
# folders.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/walnats
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h"
  PATTERN walnats/nats EXCLUDE
  PATTERN walnats/connect EXCLUDE
  PATTERN walnats/cli EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/walnats/connect/embedded_server.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/walnats/connect)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/WalnatsConfig.cmake.in walnats-config.cmake
  INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(walnats-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/walnats-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/walnats-config-version.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindNats.cmake
  ${PROJECT_SOURCE_DIR}/cmake/WalnatsDependencies.cmake
  ${PROJECT_SOURCE_DIR}/cmake/WalnatsEventLibrary.cmake
  DESTINATION ${package_dir})
