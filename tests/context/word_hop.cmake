# word_hop.cpp in every way that it could be built. A read of the context must never be wrong.
# Where a plain thread_local is known to be read wrongly that must be seen: a build shows something.

# ctx_add_word_hop(NAME program|linked|loaded [NAIVE_IS_WRONG] OPTIONS -O2 ...)
function(ctx_add_word_hop name kind)
  cmake_parse_arguments(arg "NAIVE_IS_WRONG" "" "OPTIONS" ${ARGN})
  set(program word_hop_main)
  if(kind STREQUAL "program")
    set(program word_hop_${name})
    ctx_add_program(${program} FOLDER tests SOURCES word_hop.cpp word_hop_main.cpp
      LINKS ctx::context ${CMAKE_DL_LIBS})
    set(built ${program})
  else()
    set(built word_hop_${name})
    string(REGEX REPLACE "^loaded$" "MODULE" type ${kind})
    string(REGEX REPLACE "^linked$" "SHARED" type ${type})
    add_library(${built} ${type} word_hop.cpp)
    target_link_libraries(${built} PRIVATE ctx::context)
    set_target_properties(${built} PROPERTIES
      CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
    set(object "$<TARGET_FILE:${built}>")
    if(kind STREQUAL "linked")
      set(program ${built}_main)
      ctx_add_program(${program} FOLDER tests SOURCES word_hop_main.cpp
        LINKS -Wl,--no-as-needed ${built} ctx::context ${CMAKE_DL_LIBS})
      unset(object)
    endif()
  endif()
  target_compile_options(${built} PRIVATE ${arg_OPTIONS})
  target_link_options(${built} PRIVATE ${arg_OPTIONS})
  set_target_properties(${program} PROPERTIES ENABLE_EXPORTS ON)
  add_test(NAME context.word_hop.${name}
    COMMAND ${program} $<$<BOOL:${arg_NAIVE_IS_WRONG}>:--naive-is-wrong> ${object}
    COMMAND_EXPAND_LISTS)
  set_tests_properties(context.word_hop.${name} PROPERTIES TIMEOUT 60)
endfunction()

ctx_add_program(word_hop_main FOLDER tests SOURCES word_hop_main.cpp
  LINKS ctx::context ${CMAKE_DL_LIBS})

set(gcc_12 "")
set(clang_14 "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  set(gcc_12 NAIVE_IS_WRONG)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
  set(clang_14 NAIVE_IS_WRONG)
endif()

foreach(level IN ITEMS 0 1 2 3)
  set(kept ${clang_14})
  if(level EQUAL 0)
    set(kept "")
  endif()
  ctx_add_word_hop(program_O${level} program OPTIONS -O${level})
  ctx_add_word_hop(loaded_O${level} loaded ${kept} OPTIONS -O${level})
endforeach()
ctx_add_word_hop(program_pic program OPTIONS -O2 -fPIC)
ctx_add_word_hop(linked linked ${clang_14} OPTIONS -O2)
ctx_add_word_hop(loaded_hidden loaded ${clang_14} OPTIONS -O2 -fvisibility=hidden)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  ctx_add_word_hop(program_lto program OPTIONS -O2 -flto)
  ctx_add_word_hop(loaded_lto loaded OPTIONS -O2 -flto -fvisibility=hidden)
  foreach(level IN ITEMS 1 2 3)
    ctx_add_word_hop(descriptors_O${level} loaded ${gcc_12}
      OPTIONS -O${level} -mtls-dialect=gnu2)
  endforeach()
  ctx_add_word_hop(descriptors_lto loaded OPTIONS -O2 -mtls-dialect=gnu2 -flto)
endif()
