# What only the developers of ctx need: sanitizers, tests, examples, benchmarks. Nothing of it
# reaches an exported target.

function(ctx_developer_flags)
  if(CTX_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link) # the fuzzers see the libraries' branches too
  endif()
  if(CTX_SANITIZE)
    add_compile_options(-fsanitize=${CTX_SANITIZE} -fno-omit-frame-pointer -g1)
    if(CTX_SANITIZE MATCHES "undefined")
      add_compile_options(-fno-sanitize-recover=undefined)
    endif()
    add_link_options(-fsanitize=${CTX_SANITIZE})
    # GCC 12 takes instrumented members of libstdc++ (std::regex) for uninitialized ones.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    # Boost.Asio has fences that GCC's TSan does not model; what they order is locked as well.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
endfunction()

# Sanitizers make programs up to ten times slower, full counts of tests more than that.
function(ctx_test_timeout result seconds)
  math(EXPR limit "${seconds} * ${CTX_TEST_TIMEOUT_FACTOR}")
  if(CTX_SANITIZE)
    math(EXPR limit "${limit} * 4")
  endif()
  set(${result} ${limit} PARENT_SCOPE)
endfunction()

# A program of this tree: C++20 without extensions, hidden symbols, in the folder of its kind.
function(ctx_configure_program target folder)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
  # Programs are most of the time that a sanitized build takes, and half of that is optimizing
  # them; the libraries under test are optimized as ever.
  if(CTX_SANITIZE AND NOT CTX_FUZZ)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# ctx_add_program(NAME FOLDER tests SOURCES ... LINKS ...)
function(ctx_add_program name)
  cmake_parse_arguments(arg "" "FOLDER" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  ctx_configure_program(${name} ${arg_FOLDER})
endfunction()

# What nearly every test includes, compiled once for all of a build. Those with clang++ hold each test
# to the includes that it names.
function(ctx_precompile_test_headers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/test_headers.cpp" CONTENT "")
    add_library(ctx_test_headers OBJECT "${CMAKE_CURRENT_BINARY_DIR}/test_headers.cpp")
    target_link_libraries(ctx_test_headers PRIVATE ctx::context GTest::gmock GTest::gtest)
    target_precompile_headers(ctx_test_headers PRIVATE
      <gmock/gmock.h> <gtest/gtest.h> <ctx/context.hpp>)
    ctx_configure_program(ctx_test_headers tests)
  endif()
endfunction()

# ctx_add_test(NAME SOURCES a_test.cpp ... LINKS ctx::x ... [TIMEOUT seconds] [SERIAL]
#              [OWN_HEADERS] [UNITY] [LABELS peer])
# A GoogleTest program; every TEST becomes a test of ctest named NAME.Suite.Case. A sanitized build
# runs each program once: they are slow to start, and what one case leaves to the next is run, too.
# OWN_HEADERS: it defines macros that the headers of other tests look at.
# UNITY: g++ compiles the sources as one, for what they include takes longer than what they say; the
# build with clang++ compiles each for itself.
function(ctx_add_test name)
  cmake_parse_arguments(arg "SERIAL;OWN_HEADERS;UNITY" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  ctx_add_program(${name}_test FOLDER tests SOURCES ${arg_SOURCES}
    LINKS ${arg_LINKS} GTest::gmock GTest::gtest GTest::gtest_main)
  target_include_directories(${name}_test PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  if(TARGET ctx_test_headers AND NOT arg_OWN_HEADERS)
    target_precompile_headers(${name}_test REUSE_FROM ctx_test_headers)
    # g++ 12 sees overruns in appending to a std::string where there are none, more so behind a
    # precompiled header (GCC bug 105651). The clang++ and the sanitized builds look for real ones.
    target_compile_options(${name}_test PRIVATE -Wno-array-bounds -Wno-restrict
      -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  if(arg_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set_target_properties(${name}_test PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
    # Names of another test's file, and types of a file that is not the one compiled.
    target_compile_options(${name}_test PRIVATE -Wno-shadow -Wno-subobject-linkage)
  endif()
  ctx_test_timeout(timeout ${arg_TIMEOUT})
  set(properties TIMEOUT ${timeout})
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL ON)
  endif()
  if(arg_LABELS)
    list(APPEND properties LABELS "${arg_LABELS}")
  endif()
  if(CTX_SANITIZE)
    add_test(NAME ${name}
      COMMAND ${name}_test --gtest_brief=1 --gtest_death_test_style=threadsafe)
    set_tests_properties(${name} PROPERTIES ${properties})
  else()
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES PROPERTIES ${properties})
  endif()
endfunction()

# ctx_add_example(NAME SOURCES a.cpp LINKS ctx::x [PRINTS regex ...])
# PRINTS: the example is run as a test and each expression must match its output.
function(ctx_add_example name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRINTS" ${ARGN})
  if(NOT arg_SOURCES)
    set(arg_SOURCES ${name}.cpp)
  endif()
  ctx_add_program(example_${name} FOLDER examples SOURCES ${arg_SOURCES} LINKS ${arg_LINKS})
  set_target_properties(example_${name} PROPERTIES OUTPUT_NAME ${name})
  if(arg_PRINTS AND CTX_BUILD_TESTS)
    # Examples are added before enable_testing(): the tests folder turns this list into tests.
    set_property(GLOBAL APPEND PROPERTY CTX_EXAMPLE_TESTS ${name})
    set_property(GLOBAL PROPERTY CTX_EXAMPLE_PRINTS_${name} "${arg_PRINTS}")
  endif()
endfunction()

# Turns the PRINTS of every example into a test. Called once, where testing is enabled.
function(ctx_add_example_tests)
  get_property(examples GLOBAL PROPERTY CTX_EXAMPLE_TESTS)
  foreach(name IN LISTS examples)
    get_property(prints GLOBAL PROPERTY CTX_EXAMPLE_PRINTS_${name})
    add_test(NAME example.${name}
      COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:example_${name}> "-DEXPECTED=${prints}"
              -P "${PROJECT_SOURCE_DIR}/cmake/RunExample.cmake")
    ctx_test_timeout(timeout 60)
    set_tests_properties(example.${name} PROPERTIES TIMEOUT ${timeout})
  endforeach()
endfunction()

# ctx_add_compile_fail(SOURCE REGEX LINKS ctx::x)
# SOURCE.cpp is compiled twice: as it is (must build), and with CTX_EXPECT_ERROR defined (must not
# build, and the compiler's words must match REGEX, so that a typo does not pass for the reason).
function(ctx_add_compile_fail source regex)
  cmake_parse_arguments(arg "" "" "LINKS" ${ARGN})
  foreach(kind IN ITEMS good bad)
    add_library(compile_${source}_${kind} OBJECT EXCLUDE_FROM_ALL ${source}.cpp)
    set_target_properties(compile_${source}_${kind} PROPERTIES
      CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF CXX_COMPILER_LAUNCHER "")
    target_link_libraries(compile_${source}_${kind} PRIVATE ${arg_LINKS})
    add_test(NAME compile_fail.${source}.${kind}
      COMMAND ${CMAKE_COMMAND} --build "${PROJECT_BINARY_DIR}" --target compile_${source}_${kind})
    set_tests_properties(compile_fail.${source}.${kind} PROPERTIES
      RESOURCE_LOCK ctx_build_tree LABELS lint TIMEOUT 120)
  endforeach()
  target_compile_definitions(compile_${source}_bad PRIVATE CTX_EXPECT_ERROR)
  set_tests_properties(compile_fail.${source}.bad PROPERTIES PASS_REGULAR_EXPRESSION "${regex}")
endfunction()

# ctx_add_fuzz(NAME LINKS ctx::x ...)
# tests/fuzz/NAME_fuzz.cpp becomes a replay of the committed corpus (every build) and, with
# CTX_FUZZ, a libFuzzer program that looks for new inputs for a minute; what it finds to be
# wrong is left in the folder of the test.
function(ctx_add_fuzz name)
  cmake_parse_arguments(arg "" "" "LINKS" ${ARGN})
  ctx_add_program(${name}_fuzz_replay FOLDER tests
    SOURCES ${name}_fuzz.cpp LINKS ctx_fuzz_replay ${arg_LINKS})
  add_test(NAME fuzz_replay.${name}
    COMMAND ${name}_fuzz_replay "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}")
  ctx_test_timeout(timeout 120)
  set_tests_properties(fuzz_replay.${name} PROPERTIES TIMEOUT ${timeout})
  if(CTX_FUZZ)
    ctx_add_program(${name}_fuzz FOLDER tests SOURCES ${name}_fuzz.cpp LINKS ${arg_LINKS})
    target_compile_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    set(found "${CMAKE_CURRENT_BINARY_DIR}/${name}_found")
    file(MAKE_DIRECTORY "${found}")
    add_test(NAME fuzz.${name}
      COMMAND ${name}_fuzz -max_total_time=60 -timeout=10 -print_final_stats=1
              "-artifact_prefix=${found}/" "${found}" "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}")
    ctx_test_timeout(timeout 120)
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT ${timeout})
  endif()
endfunction()
