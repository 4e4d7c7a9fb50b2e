// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mlir-opt with the dialects and passes of the compiler.

#include "compiler/driver/Registration.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::veltair::registerAllVeltairDialects(registry);
  mlir::registerAllPasses();
  mlir::veltair::registerAllVeltairPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "VELTAIR's optimizer driver\n", registry));
}
