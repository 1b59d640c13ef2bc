# Runs PROGRAM and checks that its output matches every expression of the list EXPECTED.
execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE output ERROR_VARIABLE errors
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} exited with ${status}\n${output}${errors}")
endif()
foreach(expected IN LISTS EXPECTED)
  if(NOT output MATCHES "${expected}")
    message(FATAL_ERROR "output does not match '${expected}':\n${output}${errors}")
  endif()
endforeach()
message(STATUS "${output}")
