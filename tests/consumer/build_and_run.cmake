# One consumer test: installs into an empty prefix, configures PROJECT against it, builds, runs.
# Variables: see ctx_add_consumer.
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}/prefix")

function(run what)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}"
    OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    string(REGEX REPLACE "-- Installing: [^\n]*\n" "" output "${output}")
    message(NOTICE "${output}") # FATAL_ERROR would fold the lines
    message(FATAL_ERROR "${what} failed")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# `cmake --install` writes a manifest into the build tree: one at a time.
file(LOCK "${CTX_BINARY_DIR}/consumer.lock" GUARD PROCESS)
if(INSTALL STREQUAL "everything")
  run("install" ${CMAKE_COMMAND} --install "${CTX_BINARY_DIR}" --prefix "${WORK}/prefix")
elseif(NOT INSTALL STREQUAL "nothing")
  foreach(component IN LISTS INSTALL)
    run("install of ${component}" ${CMAKE_COMMAND} --install "${CTX_BINARY_DIR}"
      --prefix "${WORK}/prefix" --component ${component})
  endforeach()
endif()
file(LOCK "${CTX_BINARY_DIR}/consumer.lock" RELEASE)

list(JOIN USES " " USES)
set(configure ${CMAKE_COMMAND} -S "${PROJECT}" -B "${WORK}/build" -G Ninja
  -DCMAKE_BUILD_TYPE=Release "-DCMAKE_PREFIX_PATH=${WORK}/prefix"
  "-DCTX_PREFIX=${WORK}/prefix" "-DCTX_SOURCE=${SOURCE}" "-DCTX_USES=${USES}" ${OPTIONS})

if(REFUSED)
  execute_process(COMMAND ${configure} OUTPUT_VARIABLE output ERROR_VARIABLE output
    RESULT_VARIABLE status)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(status EQUAL 0 OR NOT output MATCHES "${REFUSED}")
    message(FATAL_ERROR "expected to be refused with '${REFUSED}', got status ${status}:\n${output}")
  endif()
  return()
endif()

run("configure" ${configure})
run("build" ${CMAKE_COMMAND} --build "${WORK}/build" --target consumer)
run("consumer" "${WORK}/build/consumer")

file(STRINGS "${SOURCE}" expected REGEX "^// Prints: ")
if(NOT expected)
  message(FATAL_ERROR "${SOURCE} does not say what it prints")
endif()
foreach(line IN LISTS expected)
  string(REPLACE "// Prints: " "" line "${line}")
  string(FIND "\n${output}" "\n${line}\n" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "no line '${line}' in:\n${output}")
  endif()
endforeach()
