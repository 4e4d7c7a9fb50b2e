// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/api/Api.h"
#include "runtime/artifact/ElementType.h"
#include "runtime/artifact/Programs.h"

#include <algorithm>

using namespace veltair;

static bool isAligned(const void *data, veltair_dtype dtype) {
  return reinterpret_cast<uintptr_t>(data) % elementSize(dtype) == 0;
}

static Status checkBuffer(std::string_view what, const veltair_tensor &tensor,
                          const void *data, uint64_t bytes, uint64_t needed) {
  if (bytes < needed)
    return Status::error(VELTAIR_INVALID_ARGUMENT, what, " '", tensor.name,
                         "' has ", bytes, " bytes, ", needed, " are needed");
  if (needed && !data)
    return Status::error(VELTAIR_INVALID_ARGUMENT, what, " '", tensor.name,
                         "' is null");
  if (!isAligned(data, tensor.dtype))
    return Status::error(VELTAIR_INVALID_ARGUMENT, what, " '", tensor.name,
                         "' is not aligned to its elements");
  return {};
}

static Status addInputs(const veltair_artifact &artifact,
                        const veltair_program &program,
                        const veltair_input *inputs, Query::Buffers &buffers) {
  for (uint32_t i = 0; i < artifact.input_count; ++i) {
    const veltair_tensor &tensor = artifact.inputs[i];
    const veltair_input &input = inputs[i];
    // The program takes these dimensions, so their product fits.
    uint64_t bytes = elementSize(tensor.dtype);
    for (uint32_t d = 0; d < input.rank; ++d)
      bytes *= uint64_t(input.dims[d]);
    if (Status s = checkBuffer("input", tensor, input.data, input.bytes, bytes);
        !s.ok())
      return s;
    if (input.bytes != bytes)
      return Status::error(VELTAIR_INVALID_ARGUMENT, "input '", tensor.name,
                           "' has ", input.bytes, " bytes, its shape ", bytes);
    uint32_t extent = program.input_shapes[i].extent;
    if (extent != VELTAIR_NONE)
      buffers.extents[extent] = input.dims[0];
    buffers.inputs.push_back(const_cast<void *>(input.data));
  }
  // Inputs may share an extent, and kernels go by it in all of them.
  for (uint32_t i = 0; i < artifact.input_count; ++i)
    if (uint32_t extent = program.input_shapes[i].extent;
        extent != VELTAIR_NONE && inputs[i].dims[0] != buffers.extents[extent])
      return Status::error(VELTAIR_SHAPE_MISMATCH, "input '",
                           artifact.inputs[i].name, "' has ", inputs[i].dims[0],
                           " rows, another one of the same extent has ",
                           buffers.extents[extent]);
  return {};
}

static Status addOutputs(const veltair_artifact &artifact,
                         const veltair_program &program,
                         const veltair_output *outputs, uint32_t count,
                         Query::Buffers &buffers) {
  if (count != artifact.output_count)
    return Status::error(VELTAIR_INVALID_ARGUMENT, "model '", artifact.name,
                         "' has ", artifact.output_count, " outputs, ", count,
                         " are given");
  for (uint32_t i = 0; i < count; ++i) {
    const veltair_tensor &tensor = artifact.outputs[i];
    if (Status s =
            checkBuffer("output", tensor, outputs[i].data, outputs[i].bytes,
                        shapeBytes(tensor, program.output_shapes[i]));
        !s.ok())
      return s;
    buffers.outputs.push_back(outputs[i].data);
    buffers.outputDims.push_back(outputs[i].dims);
  }
  return {};
}

static Status start(veltair_tenant *handle, const veltair_input *inputs,
                    uint32_t inputCount, const veltair_output *outputs,
                    uint32_t outputCount, const veltair_query_options *given,
                    const std::shared_ptr<Request> &request) {
  if (!handle || (inputCount && !inputs) || (outputCount && !outputs))
    return invalidArgument("a query's argument is null");
  Executor &executor = *handle->runtime->executor;
  if (Status s = checkProcess(executor); !s.ok())
    return s;
  veltair_query_options options{};
  if (Status s = readOptions(given, options); !s.ok())
    return s;

  Tenant &tenant = *handle->tenant;
  const veltair_artifact &artifact = tenant.artifact->tables();
  Result<uint32_t> selected =
      selectProgram(artifact, tenant.usable, {inputs, inputCount});
  if (!selected.ok())
    return selected.status();
  const veltair_program &program = artifact.programs[*selected];
  auto index = uint32_t(
      std::find(tenant.usable.begin(), tenant.usable.end(), *selected) -
      tenant.usable.begin());

  Query::Buffers buffers;
  buffers.extents.resize(program.extent_count);
  if (Status s = addInputs(artifact, program, inputs, buffers); !s.ok())
    return s;
  if (Status s = addOutputs(artifact, program, outputs, outputCount, buffers);
      !s.ok())
    return s;
  return executor.submit(tenant, index, std::move(buffers), options, request);
}

veltair_status veltair_run(veltair_tenant *tenant, const veltair_input *inputs,
                           uint32_t input_count, const veltair_output *outputs,
                           uint32_t output_count,
                           const veltair_query_options *options) {
  return guarded([&]() -> Status {
    auto request = std::make_shared<Request>();
    if (Status s = start(tenant, inputs, input_count, outputs, output_count,
                         options, request);
        !s.ok())
      return s;
    request->wait();
    return request->outcome();
  });
}

veltair_status veltair_submit(veltair_tenant *tenant,
                              const veltair_input *inputs, uint32_t input_count,
                              const veltair_output *outputs,
                              uint32_t output_count,
                              const veltair_query_options *options,
                              veltair_callback callback, void *context,
                              veltair_request **handle) {
  std::shared_ptr<Request> request;
  std::unique_ptr<veltair_request> made;
  veltair_status status = guarded([&]() -> Status {
    request = std::make_shared<Request>();
    request->callback = callback;
    request->context = context;
    if (!handle)
      return {};
    made = std::make_unique<veltair_request>();
    made->request = request;
    if (tenant)
      made->executor = tenant->runtime->executor;
    return {};
  });
  if (status != VELTAIR_OK)
    return status;
  // Before the query can end: its callback may release the handle.
  veltair_request *given = made.release();
  if (handle)
    *handle = given;
  status = guarded([&] {
    return start(tenant, inputs, input_count, outputs, output_count, options,
                 request);
  });
  if (status != VELTAIR_OK && handle) {
    delete given;
    *handle = nullptr;
  }
  return status;
}

veltair_status veltair_request_cancel(veltair_request *handle) {
  return guarded([&]() -> Status {
    if (!handle)
      return invalidArgument("veltair_request_cancel: a pointer is null");
    if (handle->request->hasEnded())
      return {};
    if (Status s = checkProcess(*handle->executor); !s.ok())
      return s;
    handle->executor->cancel(*handle->request);
    return {};
  });
}

veltair_status veltair_request_wait(veltair_request *handle,
                                    veltair_result *result) {
  return guarded([&]() -> Status {
    if (!handle)
      return invalidArgument("veltair_request_wait: a pointer is null");
    if (!handle->request->hasEnded()) {
      if (Status s = checkProcess(*handle->executor); !s.ok())
        return s;
      handle->request->wait();
    }
    if (result)
      *result = handle->request->result();
    return handle->request->outcome();
  });
}

void veltair_request_release(veltair_request *handle) { delete handle; }
