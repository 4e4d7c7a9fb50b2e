# veltair_compile_model(TARGET MODEL.onnx [veltairc options...])
# Compiles a model into an object; linking TARGET puts it into a program and
# its header TARGET.h on the include path. To be called where it is linked.
function(veltair_compile_model target onnx)
  get_filename_component(onnx ${onnx} ABSOLUTE) # relative: to the sources
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${target}.o)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/${target}.h)
  add_custom_command(OUTPUT ${object} ${header}
    COMMAND veltairc ${onnx} -o ${object} --header ${header} --name ${target} ${ARGN}
    DEPENDS veltairc ${onnx}
    COMMENT "Compiling model ${target}"
    VERBATIM)
  add_library(${target} INTERFACE)
  target_sources(${target} INTERFACE ${object} ${header})
  target_include_directories(${target} INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
