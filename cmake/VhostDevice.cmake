# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

# What every target of this project is compiled with.
add_library(vhd_options INTERFACE)
target_include_directories(vhd_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(vhd_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-align -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # When it optimises, it warns of what std::string and std::vector do inside (GCC bugs 105651 and
  # 107852).
  target_compile_options(vhd_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds>)
endif()
option(VHOST_DEVICE_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" ON)
if(VHOST_DEVICE_WARNINGS_AS_ERRORS)
  target_compile_options(vhd_options INTERFACE -Werror)
endif()

# vhd_library(NAME SOURCES ... LINK ...): one layer of the tree.
function(vhd_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC vhd_options ${arg_LINK})
endfunction()

# vhd_test(KIND_SUBJECT SOURCES ... LINK ... [LABELS ...]): one GoogleTest program, each of its tests
# known to ctest. KIND (unit, contract) becomes a label, by which scripts/test chooses and counts.
function(vhd_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE vhd_options ${arg_LINK} GTest::gmock GTest::gtest_main)
  string(REGEX MATCH "^[a-z0-9]+" kind ${name})
  set(labels ${kind} ${arg_LABELS})
  list(REMOVE_DUPLICATES labels)
  # Escaped, as gtest_discover_tests would take the second label for a property.
  list(JOIN labels "\\;" labels)
  gtest_discover_tests(${name} PROPERTIES TIMEOUT 120 LABELS "${labels}")
endfunction()
