# A library of events: what all services that emit or handle them share.
#
#   walnats_add_event_library(shop_events
#     ROOT .. PROTOS orders.proto HEADERS events.h)
#
#   add_executable(mailing mailing.cc)
#   target_link_libraries(mailing PRIVATE shop_events walnats::walnats)
#
# builds the shared library shop_events from the messages in PROTOS. HEADERS
# declare the events; whoever links the library includes them, and the
# generated headers, by their path below ROOT (default: this directory):
# "shop/events.h", "shop/orders.pb.h". That path is also the file's name in
# the process-wide registry of Protobuf, so keep it unique: two libraries with
# a "messages.proto" of their own cannot live in one process. A service whose
# directory is not in the same project installs the library with
#
#   install(TARGETS shop_events FILE_SET HEADERS)
#
# The library links Abseil and Protobuf only. It reads the headers of walnats
# but holds none of its code, so that programs with different releases of
# walnats can share it.
function(walnats_add_event_library name)
  cmake_parse_arguments(arg "" "ROOT" "PROTOS;HEADERS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_HEADERS)
    message(FATAL_ERROR
      "walnats_add_event_library(name [ROOT dir] [PROTOS ...] HEADERS ...)")
  endif()
  get_filename_component(root "${arg_ROOT}" ABSOLUTE
    BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  set(generated_dir ${CMAKE_CURRENT_BINARY_DIR}/${name}.pb)
  # Includes every header, so that a wrong declaration fails here already.
  set(sources ${generated_dir}/declarations.cc)
  set(headers)
  set(includes)
  foreach(header IN LISTS arg_HEADERS)
    get_filename_component(header ${header} ABSOLUTE)
    list(APPEND headers ${header})
    string(APPEND includes "#include \"${header}\"\n")
  endforeach()
  file(GENERATE OUTPUT ${sources} CONTENT "${includes}")
  foreach(proto IN LISTS arg_PROTOS)
    get_filename_component(proto ${proto} ABSOLUTE)
    walnats_generate_proto(${proto} ${root} ${generated_dir} stem)
    list(APPEND sources ${stem}.pb.cc)
    list(APPEND headers ${stem}.pb.h)
  endforeach()
  add_library(${name} SHARED ${sources})
  target_sources(${name} PUBLIC FILE_SET HEADERS
    BASE_DIRS ${root} ${generated_dir} FILES ${headers})
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_include_directories(${name} PUBLIC
    $<TARGET_PROPERTY:walnats::event,INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(${name} PUBLIC
    protobuf::libprotobuf absl::status absl::statusor absl::strings absl::time)
  target_link_options(${name} PRIVATE -Wl,--no-undefined)
endfunction()

# Runs protoc on `proto`, which lies below `root`. Sets `stem_variable` to the
# path of the generated files without their extensions .pb.h and .pb.cc.
function(walnats_generate_proto proto root generated_dir stem_variable)
  file(RELATIVE_PATH path ${root} ${proto})
  if(path MATCHES "^\\.\\./")
    message(FATAL_ERROR "${proto} does not lie below ROOT ${root}")
  endif()
  string(REGEX REPLACE "\\.proto$" "" stem ${generated_dir}/${path})
  file(MAKE_DIRECTORY ${generated_dir})
  add_custom_command(
    OUTPUT ${stem}.pb.cc ${stem}.pb.h
    COMMAND protobuf::protoc --proto_path=${root} --cpp_out=${generated_dir}
            --dependency_out=${stem}.d ${path}
    DEPENDS ${proto}
    DEPFILE ${stem}.d
    COMMENT "Generating C++ of ${path}"
    VERBATIM)
  set(${stem_variable} ${stem} PARENT_SCOPE)
endfunction()
