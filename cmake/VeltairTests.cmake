# How tests are registered with ctest.
include(GoogleTest)
find_package(GTest REQUIRED)

# veltair_unit_test(NAME sources... [LINK libraries...])
# A GoogleTest program; each of its cases becomes a test of ctest.
function(veltair_unit_test name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE veltair_flags ${ARG_LINK} GTest::gmock_main)
  target_include_directories(${name} PRIVATE
    ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/runtime/include)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/test/unit)
  # Simulations take two minutes with sanitizers.
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 600)
endfunction()
