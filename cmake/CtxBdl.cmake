# ctx_add_bdl(target FILES a.bb ... [BAG_PATH folder ...])
#
# Compiles .bb files (Tracing Plane's Baggage Definition Language) to headers for `target`, whose
# sources include them by name: tenant.bb becomes "tenant.hpp". A file that is imported is listed
# too, here or for a library that this target links. Imports are looked for beside the importing
# file, then in the folders of BAG_PATH.
#
#   find_package(ctx REQUIRED COMPONENTS context bdl)
#   add_executable(app main.cpp)
#   target_link_libraries(app PRIVATE ctx::context ctx::bdl)
#   ctx_add_bdl(app FILES tenant.bb)
#
# ctx::bdl is what the headers need, ctx::baggage, in one word. A project that has ctx as a
# subdirectory sets CTX_BUILD_TOOLS.
#
# The headers are made before anything of the target is compiled, and made again when a .bb file
# changes that they depend on. Those of a library are found by whoever links it, too.
cmake_policy(PUSH)
cmake_policy(VERSION 3.25)

function(ctx_add_bdl target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FILES;BAG_PATH")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ctx_add_bdl(${target}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "ctx_add_bdl(${target}): there is no target '${target}'")
  endif()
  if(NOT arg_FILES)
    message(FATAL_ERROR "ctx_add_bdl(${target}): no FILES are given")
  endif()

  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}_bdl")
  set(options --out "${folder}")
  foreach(path IN LISTS arg_BAG_PATH)
    cmake_path(ABSOLUTE_PATH path BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    list(APPEND options --bag-path "${path}")
  endforeach()

  set(headers "")
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    cmake_path(GET file STEM LAST_ONLY name)
    set(header "${folder}/${name}.hpp")
    add_custom_command(OUTPUT "${header}"
      COMMAND ctx::bdl-compiler ${options} --depfile "${header}.d" "${file}"
      DEPENDS "${file}" ctx::bdl-compiler
      DEPFILE "${header}.d"
      COMMENT "Compiling ${name}.bb"
      VERBATIM)
    list(APPEND headers "${header}")
  endforeach()

  # A target may ask more than once, for example with another BAG_PATH.
  get_target_property(calls ${target} CTX_BDL_CALLS)
  if(NOT calls)
    set(calls 0)
  endif()
  math(EXPR calls "${calls} + 1")
  if(calls EQUAL 1)
    set(maker ${target}_bdl)
  else()
    set(maker ${target}_bdl_${calls})
  endif()
  set_target_properties(${target} PROPERTIES CTX_BDL_CALLS ${calls})
  add_custom_target(${maker} DEPENDS ${headers})
  add_dependencies(${target} ${maker})

  get_target_property(type ${target} TYPE)
  set(scope PUBLIC)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(scope INTERFACE)
  elseif(type STREQUAL "EXECUTABLE")
    set(scope PRIVATE)
  endif()
  target_include_directories(${target} ${scope} "$<BUILD_INTERFACE:${folder}>")
endfunction()

cmake_policy(POP)
