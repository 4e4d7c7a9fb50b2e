# Flags that all targets of the project share.
add_library(veltair_flags INTERFACE)
target_compile_options(veltair_flags INTERFACE -Wall -Wextra -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # A precompiled header without a time stamp: ccache can then reuse its users.
  target_compile_options(veltair_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Xclang=-fno-pch-timestamp>)
endif()

find_program(VELTAIR_CCACHE ccache)
if(VELTAIR_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${VELTAIR_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
