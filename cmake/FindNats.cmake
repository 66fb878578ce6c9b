# Finds nats.c: Debian's own package file names a static library that it does
# not ship. Defines nats::nats.
find_path(NATS_INCLUDE_DIR nats/nats.h)
find_library(NATS_LIBRARY nats)
if(NATS_INCLUDE_DIR)
  file(STRINGS ${NATS_INCLUDE_DIR}/nats/version.h nats_version_line
       REGEX "define NATS_VERSION_STRING ")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" NATS_VERSION
         "${nats_version_line}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Nats
  REQUIRED_VARS NATS_LIBRARY NATS_INCLUDE_DIR VERSION_VAR NATS_VERSION)
if(Nats_FOUND AND NOT TARGET nats::nats)
  add_library(nats::nats UNKNOWN IMPORTED)
  set_target_properties(nats::nats PROPERTIES
    IMPORTED_LOCATION ${NATS_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${NATS_INCLUDE_DIR})
endif()
mark_as_advanced(NATS_INCLUDE_DIR NATS_LIBRARY)
