# ctx_add_component(NAME
#   HEADERS  ctx/<layer>/a.hpp ...   public headers, relative to include/
#   SOURCES  a.cpp ...               none: an INTERFACE library
#   REQUIRES baggage ...             other components of ctx: the layer rule, spelled once
#   LINKS    absl::status ...        imported targets that users of the headers need
#   LINKS_PRIVATE ...                imported targets that only the sources need
#   PACKAGES "absl" "Boost 1.81 COMPONENTS context" ...  what the installed package must find
#   PKG_CONFIG grpc++>=1.51)         what it must find through pkg-config, and link
#
# Declares ctx_NAME and its alias ctx::NAME, verifies that each header stands alone, and installs
# it as component NAME of the package `ctx`.
set(CTX_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/ctx")

function(ctx_add_component name)
  cmake_parse_arguments(arg "" ""
    "HEADERS;SOURCES;REQUIRES;LINKS;LINKS_PRIVATE;PACKAGES;PKG_CONFIG" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ctx_add_component(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()

  set_property(GLOBAL APPEND PROPERTY CTX_HEADERS ${arg_HEADERS})
  list(TRANSFORM arg_HEADERS PREPEND "${PROJECT_SOURCE_DIR}/include/")
  if(arg_SOURCES)
    if(CTX_SHARED)
      add_library(ctx_${name} SHARED ${arg_SOURCES})
    else()
      add_library(ctx_${name} STATIC ${arg_SOURCES})
    endif()
    set(scope PUBLIC)
    ctx_configure_library(${name})
  else()
    add_library(ctx_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(ctx::${name} ALIAS ctx_${name})

  target_compile_features(ctx_${name} ${scope} cxx_std_20)
  target_sources(ctx_${name} ${scope}
    FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${arg_HEADERS})
  if(arg_PKG_CONFIG)
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(ctx_${name}_modules REQUIRED IMPORTED_TARGET GLOBAL ${arg_PKG_CONFIG})
    list(APPEND arg_LINKS PkgConfig::ctx_${name}_modules)
    list(APPEND arg_PACKAGES PkgConfig)
  endif()
  list(TRANSFORM arg_REQUIRES PREPEND ctx:: OUTPUT_VARIABLE required)
  target_link_libraries(ctx_${name} ${scope} ${required} ${arg_LINKS})
  if(arg_LINKS_PRIVATE)
    target_link_libraries(ctx_${name} PRIVATE ${arg_LINKS_PRIVATE})
  endif()
  set_target_properties(ctx_${name} PROPERTIES
    EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ON)
  set_property(GLOBAL APPEND PROPERTY CTX_COMPONENTS ${name})
  set_property(GLOBAL PROPERTY CTX_REQUIRES_${name} "${arg_REQUIRES}")
  set_property(GLOBAL PROPERTY CTX_PACKAGES_${name} "${arg_PACKAGES}")
  set_property(GLOBAL PROPERTY CTX_PKG_CONFIG_${name} "${arg_PKG_CONFIG}")

  if(CTX_INSTALL)
    ctx_install_component(${name} "${arg_REQUIRES}" "${arg_PACKAGES}")
  endif()
endfunction()

# Hidden by default, never unloaded: the context library owns thread-local storage, and the others
# register counters with it.
function(ctx_configure_library name)
  set_target_properties(ctx_${name} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}
    INSTALL_RPATH "$ORIGIN")
  target_compile_options(ctx_${name} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
  if(CTX_SHARED)
    target_link_options(ctx_${name} PRIVATE -Wl,-z,nodelete)
  endif()
  target_include_directories(ctx_${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
endfunction()

function(ctx_install_component name requires packages)
  install(TARGETS ctx_${name} EXPORT ctx-${name}
    LIBRARY COMPONENT ${name}
    ARCHIVE COMPONENT ${name}
    FILE_SET HEADERS COMPONENT ${name})
  install(EXPORT ctx-${name} NAMESPACE ctx:: FILE ctx-${name}-targets.cmake
    COMPONENT ${name} DESTINATION "${CTX_PACKAGE_DIR}")
  ctx_install_component_file(${name} "${requires}" "${packages}")
endfunction()

# ctx-NAME.cmake, which find_package() reads for the component. It brings the targets of
# ctx-NAME-targets.cmake and includes what is given behind: files that are installed beside it.
function(ctx_install_component_file name requires packages)
  # What must be found before the exported targets can be used. A file that returns early (as
  # find_dependency does when it fails) leaves its component not found, with the reason said.
  # Imported targets belong to the folder that looked for them, so each folder looks anew.
  set(text "include(CMakeFindDependencyMacro)\n")
  foreach(package IN LISTS packages)
    string(APPEND text "find_dependency(${package})\n")
  endforeach()
  get_property(modules GLOBAL PROPERTY CTX_PKG_CONFIG_${name})
  if(modules)
    string(APPEND text
      "pkg_check_modules(ctx_${name}_modules QUIET IMPORTED_TARGET ${modules})\n"
      "if(NOT ctx_${name}_modules_FOUND)\n"
      "  set(ctx_NOT_FOUND_MESSAGE \"pkg-config does not find ${modules}\")\n  return()\nendif()\n")
  endif()
  foreach(component IN LISTS requires)
    string(APPEND text
      "include(\"\${CMAKE_CURRENT_LIST_DIR}/ctx-${component}.cmake\" OPTIONAL)\n"
      "if(NOT ctx_${component}_FOUND)\n  return()\nendif()\n")
  endforeach()
  set(included "")
  foreach(file IN LISTS ARGN)
    string(APPEND included "include(\"\${CMAKE_CURRENT_LIST_DIR}/${file}\")\n")
  endforeach()
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/package/ctx-${name}.cmake" @ONLY CONTENT
"if(TARGET ctx::${name})
  set(ctx_${name}_FOUND TRUE)
  return()
endif()
set(ctx_${name}_FOUND FALSE)
${text}include(\"\${CMAKE_CURRENT_LIST_DIR}/ctx-${name}-targets.cmake\")
${included}set(ctx_${name}_FOUND TRUE)
")
  install(FILES "${PROJECT_BINARY_DIR}/package/ctx-${name}.cmake"
    COMPONENT ${name} DESTINATION "${CTX_PACKAGE_DIR}")
endfunction()

function(ctx_install_package)
  include(CMakePackageConfigHelpers)
  get_property(CTX_COMPONENTS GLOBAL PROPERTY CTX_COMPONENTS)
  configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/ctxConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/package/ctxConfig.cmake" INSTALL_DESTINATION "${CTX_PACKAGE_DIR}")
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/ctxConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
  # The package's own files go with the lowest component: every install of a component has it.
  install(FILES
    "${PROJECT_BINARY_DIR}/package/ctxConfig.cmake"
    "${PROJECT_BINARY_DIR}/package/ctxConfigVersion.cmake"
    COMPONENT baggage DESTINATION "${CTX_PACKAGE_DIR}")
endfunction()
