# The tests of ctx::asio with other Asios than Boost 1.81's. scripts/asio-matrix unpacks them below
# the folder CTX_ASIO_MATRIX and configures with it; without it nothing of this exists.

# ctx_add_asio(VERSION [DEFINITIONS ...] [LIBRARIES boost_context ...])
# ctx_asio_VERSION is ctx::asio compiled with the headers of that version, which come before those
# that are installed; all that links it is built by the target asio_matrix_VERSION.
function(ctx_add_asio version)
  cmake_parse_arguments(arg "" "" "DEFINITIONS;LIBRARIES" ${ARGN})
  set(prefix "${CTX_ASIO_MATRIX}/${version}/prefix/usr")
  set(target ctx_asio_${version})
  add_library(${target} STATIC "${PROJECT_SOURCE_DIR}/src/executors/asio.cpp")
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${target} SYSTEM PUBLIC "${prefix}/include")
  target_compile_definitions(${target} PUBLIC ${arg_DEFINITIONS})
  # Static ones: no program needs to find them when it runs.
  list(TRANSFORM arg_LIBRARIES PREPEND "${prefix}/lib/${CMAKE_LIBRARY_ARCHITECTURE}/lib")
  list(TRANSFORM arg_LIBRARIES APPEND ".a")
  target_link_libraries(${target} PUBLIC ctx::executors ${arg_LIBRARIES})
  add_custom_target(asio_matrix_${version})
endfunction()

# ctx_add_asio_test(VERSION NAME SOURCES ... [LINKS ...]): the tests of ctest are VERSION_NAME.*
function(ctx_add_asio_test version name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  ctx_add_test(${version}_${name} SOURCES ${arg_SOURCES} LINKS ctx_asio_${version} ${arg_LINKS})
  add_dependencies(asio_matrix_${version} ${version}_${name}_test)
endfunction()

# ctx_add_asio_example(VERSION PROGRAM): examples/PROGRAM.cpp must print what the comment at its top says.
function(ctx_add_asio_example version program)
  set(path "${PROJECT_SOURCE_DIR}/examples/${program}.cpp")
  string(REPLACE "/" "_" name "${version}_${program}")
  file(STRINGS "${path}" said REGEX "^//   [^$]")
  list(TRANSFORM said REPLACE "^//   " "")
  list(JOIN said "\n" printed)
  ctx_add_example(${name} SOURCES "${path}" LINKS ctx_asio_${version}
    PRINTS "^${printed}\n$")
  add_dependencies(asio_matrix_${version} example_${name})
endfunction()

ctx_add_asio(boost_1_74 LIBRARIES boost_coroutine boost_context boost_thread)
ctx_add_asio(standalone DEFINITIONS CTX_ASIO_STANDALONE)

foreach(version IN ITEMS boost_1_74 standalone)
  ctx_add_asio_test(${version} asio SOURCES ${asio_tests} LINKS ctx_test_counting_allocator)
  ctx_add_asio_test(${version} asio_contract
    SOURCES asio_contract_test.cpp asio_coroutine_contract_test.cpp LINKS ctx::testing)
  set(torture ${version}_propagation_torture)
  ctx_add_program(${torture} FOLDER tests
    SOURCES ${torture_sources}
    LINKS ctx_asio_${version} ctx::logging GTest::gtest)
  target_include_directories(${torture} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  add_test(NAME ${torture} COMMAND ${torture})
  ctx_test_timeout(timeout 180)
  set_tests_properties(${torture} PROPERTIES TIMEOUT ${timeout})
  add_dependencies(asio_matrix_${version} ${torture})
endforeach()
ctx_add_asio_test(boost_1_74 asio_spawn SOURCES asio_spawn_test.cpp)
foreach(example IN ITEMS callbacks child_span coroutine strand)
  ctx_add_asio_example(boost_1_74 runs_on/asio_${example})
endforeach()
ctx_add_asio_example(boost_1_74 asio_coroutine)
