# Compiles CASE and checks the outcome. See CMakeLists.txt.
execute_process(COMMAND ${COMPILER} @${FLAGS_FILE} ${CASE}
  RESULT_VARIABLE result ERROR_VARIABLE errors)

if(CASE MATCHES "_ok\\.cc$")
  if(result)
    message("${errors}")
    message(FATAL_ERROR "does not compile, but should")
  endif()
  return()
endif()

file(READ ${CASE} source)
if(NOT source MATCHES "^// expect: ([^\n]+)\n")
  message(FATAL_ERROR "${CASE}:1: lacks `// expect: <regex>`")
endif()
set(expected "${CMAKE_MATCH_1}")
if(NOT result)
  message(FATAL_ERROR "compiles, but must not")
endif()
if(NOT errors MATCHES "${expected}")
  message("${errors}")
  message(FATAL_ERROR "no \"${expected}\" among the errors")
endif()
