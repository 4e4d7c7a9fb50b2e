// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/api/Api.h"
#include "runtime/artifact/Programs.h"
#include "runtime/scheduler/ApiTypes.h"
#include "runtime/support/CpuFeatures.h"

#include <optional>

using namespace veltair;

// Fills the fields that come from the options.
static Status applyOptions(const veltair_tenant_options &options,
                           Tenant &tenant) {
  TenantInfo &info = tenant.info;
  info.name = options.name ? options.name : tenant.artifact->tables().name;

  constexpr double maxQosMs = 1e9;
  if (!(options.qos_ms >= 0 && options.qos_ms <= maxQosMs))
    return invalidArgument("the QoS target is no sensible time");
  if (options.qos_ms > 0)
    info.qos = Time(options.qos_ms * 1e6);
  if (!(options.qos_share >= 0 && options.qos_share <= 1))
    return invalidArgument("the share that must meet the QoS target is not "
                           "between 0 and 1");
  if (options.qos_share > 0)
    info.qosShare = options.qos_share;

  std::optional<Priority> priority = priorityOf(options.priority);
  if (!priority)
    return invalidArgument("unknown priority");
  info.priority = *priority;

  if (options.kernel_version < VELTAIR_VERSION_AUTO)
    return invalidArgument("the version to force is negative");
  if (options.kernel_version != VELTAIR_VERSION_AUTO)
    info.forcedVersion = uint32_t(options.kernel_version);
  tenant.queueLimit = options.queue_limit;
  return {};
}

// Takes quiet times from what was measured, for versions whose one stage is the
// whole layer; not where they depend on the data, nor of layers that were
// measured while others were open.
static void calibrate(Program &program, const ProfileTimeModel &model) {
  QuietTimes &quiet = program.quietTimes();
  const std::vector<LayerInfo> &layers = program.info()->layers;
  for (unsigned l = 0; l < layers.size(); ++l)
    for (unsigned v = 0; v < layers[l].versions.size(); ++v) {
      const VersionInfo &version = layers[l].versions[v];
      std::optional<Time> time = model.quietTime(layers[l].hash, version.key);
      bool varies =
          program.layer(l).versions[v].flags & VELTAIR_VERSION_DATA_DEPENDENT;
      if (!varies && version.stages == 1 &&
          program.layer(l).group == VELTAIR_NONE && time)
        quiet.calibrate(quiet.slot(l, v, 0), double(*time) / version.chunks);
    }
}

static Result<std::unique_ptr<Tenant>>
makeTenant(veltair_module &module, const veltair_tenant_options &options,
           const ProfileTimeModel &model) {
  auto tenant = std::make_unique<Tenant>();
  tenant->artifact = module.artifact;
  if (Status s = applyOptions(options, *tenant); !s.ok())
    return s;

  const veltair_artifact &tables = module.artifact->tables();
  Result<std::vector<uint32_t>> usable =
      usablePrograms(tables, cpuFeatures(), options.isa ? options.isa : "");
  if (!usable.ok())
    return usable.status();
  tenant->usable = std::move(*usable);

  Result<Weights::Pointer> weights = module.weights.get(
      *module.artifact, options.weights_file ? options.weights_file : "");
  if (!weights.ok())
    return weights.status();
  tenant->weights = std::move(*weights);
  if (options.verify_weights)
    if (Status s = tenant->weights->verify(tables); !s.ok())
      return s;

  for (uint32_t index : tenant->usable) {
    tenant->programs.push_back(std::make_unique<Program>(
        tables, tables.programs[index], *tenant->weights));
    calibrate(*tenant->programs.back(), model);
    tenant->info.programs.push_back(tenant->programs.back()->info());
  }
  return tenant;
}

veltair_status veltair_tenant_add(veltair_runtime *runtime,
                                  veltair_module *module,
                                  const veltair_tenant_options *given,
                                  veltair_tenant **tenant) {
  return guarded([&]() -> Status {
    if (!runtime || !module || !tenant)
      return invalidArgument("veltair_tenant_add: a pointer is null");
    if (Status s = checkProcess(*runtime->executor); !s.ok())
      return s;
    veltair_tenant_options options = VELTAIR_TENANT_OPTIONS_INIT;
    if (Status s = readOptions(given, options); !s.ok())
      return s;
    Result<std::unique_ptr<Tenant>> made =
        makeTenant(*module, options, runtime->model);
    if (!made.ok())
      return made.status();
    auto handle = std::make_unique<veltair_tenant>();
    handle->runtime = runtime;
    handle->tenant = &runtime->executor->addTenant(std::move(*made));
    *tenant = handle.release();
    return {};
  });
}

static veltair_status remove(veltair_tenant *tenant,
                             Executor::Underway queries) {
  return guarded([&]() -> Status {
    if (!tenant)
      return {};
    Executor &executor = *tenant->runtime->executor;
    if (Status s = checkProcess(executor); !s.ok())
      return s;
    if (executor.isNotifierThread())
      return invalidArgument("a callback must not remove a tenant");
    executor.removeTenant(*tenant->tenant, queries);
    delete tenant;
    return {};
  });
}

veltair_status veltair_tenant_remove(veltair_tenant *tenant) {
  return remove(tenant, Executor::Underway::cancel);
}

veltair_status veltair_tenant_retire(veltair_tenant *tenant) {
  return remove(tenant, Executor::Underway::complete);
}

veltair_status veltair_tenant_get_metrics(const veltair_tenant *tenant,
                                          veltair_tenant_metrics *metrics) {
  return guarded([&]() -> Status {
    if (!tenant || !metrics)
      return invalidArgument("veltair_tenant_get_metrics: a pointer is null");
    Executor &executor = *tenant->runtime->executor;
    if (Status s = checkProcess(executor); !s.ok())
      return s;
    *metrics = executor.metrics(*tenant->tenant);
    return {};
  });
}

veltair_status veltair_tenant_select(const veltair_tenant *tenant,
                                     const veltair_input *inputs,
                                     uint32_t input_count, uint32_t *program) {
  return guarded([&]() -> Status {
    if (!tenant || !program)
      return invalidArgument("veltair_tenant_select: a pointer is null");
    if (Status s = checkProcess(*tenant->runtime->executor); !s.ok())
      return s;
    const Tenant &t = *tenant->tenant;
    if (!inputs && t.artifact->tables().input_count) {
      *program = t.usable.front();
      return {};
    }
    Result<uint32_t> selected =
        selectProgram(t.artifact->tables(), t.usable, {inputs, input_count});
    if (!selected.ok())
      return selected.status();
    *program = *selected;
    return {};
  });
}
