// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_DIALECTS_VELTAIR_DIALECT_TD
#define VELTAIR_DIALECTS_VELTAIR_DIALECT_TD

include "mlir/IR/OpBase.td"

def Veltair_Dialect : Dialect {
  let name = "veltair";
  let cppNamespace = "::mlir::veltair";
  let summary = "Models, their programs, layers and the versions of layers";
  let description = [{
    The structure of an artifact: a `veltair.model` holds one `veltair.program`
    for each CPU feature set and binding of symbolic shapes; a program is a list
    of `veltair.layer`s; each layer holds what it computes (a region over
    tensors) and the `veltair.version`s in which it is compiled.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = "void registerAttributes();";
}

#endif
