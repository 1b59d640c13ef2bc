# Installs Elastic's server beside a copy of SCRIPT, which lets it read what PROGRAM writes:
# cmake -DSCRIPT=... -DPROGRAM=... -DWORK=... -P run.cmake
file(GLOB files "${CMAKE_CURRENT_LIST_DIR}/*.json" "${CMAKE_CURRENT_LIST_DIR}/.npmrc")
file(COPY ${files} "${SCRIPT}" DESTINATION "${WORK}")
execute_process(COMMAND npm ci --prefer-offline --ignore-scripts WORKING_DIRECTORY "${WORK}"
  COMMAND_ERROR_IS_FATAL ANY)
cmake_path(GET SCRIPT FILENAME script)
execute_process(COMMAND node "${script}" "${PROGRAM}" WORKING_DIRECTORY "${WORK}"
  COMMAND_ERROR_IS_FATAL ANY)
