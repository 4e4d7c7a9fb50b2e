# LLVM and MLIR 22 as shared libraries, and how compiler code is built on them.
find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
find_package(LLD 22.1 REQUIRED CONFIG HINTS ${LLVM_DIR}/../lld)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
# AddLLVM redirects these for its own tree.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

add_library(veltair_mlir INTERFACE)
target_include_directories(veltair_mlir INTERFACE
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}/runtime/include)
target_include_directories(veltair_mlir SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_link_libraries(veltair_mlir INTERFACE veltair_flags MLIR LLVM)
# The library is built without exceptions; its headers cost more to compile
# than our code gains from more optimisation.
target_compile_options(veltair_mlir INTERFACE -fno-exceptions -O1)

# The one precompiled header of all compiler code.
file(WRITE ${PROJECT_BINARY_DIR}/pch/pch.cpp "")
add_library(veltair_pch OBJECT ${PROJECT_BINARY_DIR}/pch/pch.cpp)
target_link_libraries(veltair_pch PRIVATE veltair_mlir)
target_precompile_headers(veltair_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.h)

# veltair_mlir_library(NAME SOURCES... [LINK libraries...] [DEPENDS targets...])
# A static library of compiler code.
function(veltair_mlir_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC veltair_mlir ${ARG_LINK})
  target_precompile_headers(${name} REUSE_FROM veltair_pch)
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# veltair_tablegen(TARGET FILE.td OUTPUT generator-flags...): add one output.
# Call once per output, then add_public_tablegen_target(TARGET).
macro(veltair_tablegen td output)
  set(LLVM_TARGET_DEFINITIONS ${td})
  mlir_tablegen(${output} ${ARGN} EXTRA_INCLUDES ${PROJECT_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
endmacro()
