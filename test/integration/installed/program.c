// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the model argv[1], of one input of floats and one output, on ones.

#include <veltair/veltair.h>

#include <stdio.h>
#include <stdlib.h>

static void check(veltair_status status) {
  if (status == VELTAIR_OK)
    return;
  fprintf(stderr, "%s\n", veltair_last_message());
  exit(1);
}

static uint64_t elements(veltair_tensor tensor) {
  uint64_t count = 1;
  for (uint32_t i = 0; i < tensor.rank; ++i)
    count *= (uint64_t)tensor.dims[i];
  return count;
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  veltair_runtime *runtime;
  veltair_module *module;
  veltair_tenant *tenant;
  check(veltair_runtime_create(NULL, &runtime));
  check(veltair_module_load(argv[1], &module));
  check(veltair_tenant_add(runtime, module, NULL, &tenant));

  const veltair_artifact *artifact = veltair_module_artifact(module);
  veltair_tensor x = artifact->inputs[0], y = artifact->outputs[0];
  uint64_t inputs = elements(x), outputs = elements(y);
  float *in = malloc(inputs * sizeof(float));
  float *out = malloc(outputs * sizeof(float));
  for (uint64_t i = 0; i < inputs; ++i)
    in[i] = 1;
  veltair_input input = {in, inputs * sizeof(float), x.dtype, x.rank, x.dims};
  veltair_output output = {out, outputs * sizeof(float), NULL};
  check(veltair_run(tenant, &input, 1, &output, 1, NULL));
  for (uint64_t i = 0; i < outputs; ++i)
    printf("%.4f\n", (double)out[i]);

  free(in);
  free(out);
  check(veltair_tenant_remove(tenant));
  veltair_module_release(module);
  check(veltair_runtime_destroy(runtime));
  return 0;
}
