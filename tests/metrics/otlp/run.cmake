# Installs the server beside a copy of the script and runs it: cmake -DPROGRAM=... -DWORK=... -P
file(GLOB files "${CMAKE_CURRENT_LIST_DIR}/*.json" "${CMAKE_CURRENT_LIST_DIR}/*.mjs"
  "${CMAKE_CURRENT_LIST_DIR}/.npmrc")
file(COPY ${files} DESTINATION "${WORK}")
execute_process(COMMAND npm ci --prefer-offline --ignore-scripts WORKING_DIRECTORY "${WORK}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND node otlp_server.mjs "${PROGRAM}" WORKING_DIRECTORY "${WORK}"
  COMMAND_ERROR_IS_FATAL ANY)
