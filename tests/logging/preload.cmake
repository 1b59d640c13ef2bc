# libctx_log_preload.so in front of programs that were built without a thought of it.

# The same source as a program, as a plugin, and with spdlog compiled into it.
foreach(spdlog IN ITEMS spdlog spdlog_header_only)
  add_library(preload_torture_${spdlog} OBJECT preload_torture.cpp)
  set_target_properties(preload_torture_${spdlog} PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
  target_include_directories(preload_torture_${spdlog} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(preload_torture_${spdlog} PUBLIC ctx::context spdlog::${spdlog})
endforeach()
# Unoptimized, log_it_ stays a function, which the plugin calls by its name; and it is soon compiled.
target_compile_options(preload_torture_spdlog_header_only PRIVATE -O0)

ctx_add_program(preload_torture FOLDER tests SOURCES preload_torture_main.cpp
  LINKS preload_torture_spdlog ctx_test_counting_allocator)
ctx_add_program(preload_torture_header_only FOLDER tests SOURCES preload_torture_main.cpp
  LINKS preload_torture_spdlog_header_only ctx_test_counting_allocator)
foreach(spdlog IN ITEMS spdlog spdlog_header_only)
  add_library(preload_torture_plugin_${spdlog} MODULE)
  target_link_libraries(preload_torture_plugin_${spdlog} PRIVATE preload_torture_${spdlog})
  set_target_properties(preload_torture_plugin_${spdlog} PROPERTIES LINKER_LANGUAGE CXX)
endforeach()

ctx_add_program(preload_carried FOLDER tests SOURCES preload_carried.cpp LINKS ctx::spdlog)
target_include_directories(preload_carried PRIVATE "${PROJECT_SOURCE_DIR}/tests")

add_library(preload_other_spdlog SHARED preload_other_spdlog.cpp)
set_target_properties(preload_other_spdlog PROPERTIES NO_SONAME ON)
target_link_options(preload_other_spdlog PRIVATE -Wl,-soname,libspdlog.so.1.99)
target_link_libraries(preload_other_spdlog PRIVATE ${CMAKE_DL_LIBS})

foreach(name IN ITEMS
    has_no_wrong_and_no_missing_id
    reaches_a_plugin_that_keeps_spdlog_to_itself
    shows_nothing_where_it_is_not_loaded_or_switched_off
    shows_nothing_where_spdlog_is_header_only
    shows_nothing_with_another_spdlog_and_says_so
    shows_nothing_beside_a_second_copy_of_ctx_and_says_so
    shows_no_id_twice_and_makes_backtraces_exact
    exports_one_function)
  add_test(NAME log_preload.${name}
    COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/preload_test.py"
      --preload $<TARGET_FILE:ctx_log_preload>
      --program $<TARGET_FILE:preload_torture>
      --header-only $<TARGET_FILE:preload_torture_header_only>
      --plugin $<TARGET_FILE:preload_torture_plugin_spdlog>
      --header-only-plugin $<TARGET_FILE:preload_torture_plugin_spdlog_header_only>
      --carried $<TARGET_FILE:preload_carried>
      --other-spdlog $<TARGET_FILE:preload_other_spdlog>
      --second-copy $<TARGET_FILE:context_second_copy>
      ${name})
  ctx_test_timeout(timeout 60)
  set_tests_properties(log_preload.${name} PROPERTIES LABELS consumer TIMEOUT ${timeout})
endforeach()
