// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API with C++ ownership. Every failure throws veltair::Error; rules on
// threads, buffers and callbacks are those of veltair.h. Header-only.

#ifndef VELTAIR_VELTAIR_HPP
#define VELTAIR_VELTAIR_HPP

#include "veltair/veltair.h"

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace veltair {
// The runtime's own classes live in `veltair` too: the inline namespace keeps
// the symbols apart.
inline namespace api {

class Error : public std::runtime_error {
public:
  Error(veltair_status status, const std::string &message)
      : std::runtime_error(message), code(status) {}
  veltair_status status() const { return code; }

private:
  veltair_status code;
};

inline void check(veltair_status status) {
  if (status != VELTAIR_OK)
    throw Error(status, veltair_last_message());
}

// The dtype of an element type.
template <typename T> inline constexpr veltair_dtype dtypeOf = 0;
template <> inline constexpr veltair_dtype dtypeOf<float> = VELTAIR_F32;
template <> inline constexpr veltair_dtype dtypeOf<double> = VELTAIR_F64;
template <> inline constexpr veltair_dtype dtypeOf<int8_t> = VELTAIR_I8;
template <> inline constexpr veltair_dtype dtypeOf<int16_t> = VELTAIR_I16;
template <> inline constexpr veltair_dtype dtypeOf<int32_t> = VELTAIR_I32;
template <> inline constexpr veltair_dtype dtypeOf<int64_t> = VELTAIR_I64;
template <> inline constexpr veltair_dtype dtypeOf<uint8_t> = VELTAIR_U8;
template <> inline constexpr veltair_dtype dtypeOf<uint16_t> = VELTAIR_U16;
template <> inline constexpr veltair_dtype dtypeOf<uint32_t> = VELTAIR_U32;
template <> inline constexpr veltair_dtype dtypeOf<uint64_t> = VELTAIR_U64;
template <> inline constexpr veltair_dtype dtypeOf<bool> = VELTAIR_BOOL;

// An input over memory of the caller; `dims` must live until it was submitted.
template <typename T>
veltair_input makeInput(std::span<const T> data,
                        std::span<const int64_t> dims) {
  static_assert(dtypeOf<T> != 0, "no ONNX element type");
  return {data.data(), data.size_bytes(), dtypeOf<T>,
          static_cast<uint32_t>(dims.size()), dims.data()};
}

template <typename T>
veltair_output makeOutput(std::span<T> data, int64_t *dims = nullptr) {
  return {data.data(), data.size_bytes(), dims};
}

// A loaded artifact.
class Module {
public:
  explicit Module(const std::string &path) {
    veltair_module *raw = nullptr;
    check(veltair_module_load(path.c_str(), &raw));
    handle.reset(raw);
  }
  // An artifact linked into this program.
  explicit Module(veltair_query_function query) {
    veltair_module *raw = nullptr;
    check(veltair_module_link(query, &raw));
    handle.reset(raw);
  }

  const veltair_artifact &artifact() const {
    return *veltair_module_artifact(handle.get());
  }
  std::span<const veltair_tensor> inputs() const {
    return {artifact().inputs, artifact().input_count};
  }
  std::span<const veltair_tensor> outputs() const {
    return {artifact().outputs, artifact().output_count};
  }
  std::span<const veltair_program> programs() const {
    return {artifact().programs, artifact().program_count};
  }
  // The value of a key of the ONNX model's metadata; empty when absent.
  std::string_view metadata(std::string_view key) const {
    for (uint32_t i = 0; i < artifact().metadata_count; ++i)
      if (key == artifact().metadata[i].key)
        return artifact().metadata[i].value;
    return {};
  }

  veltair_module *get() const { return handle.get(); }

private:
  struct Deleter {
    void operator()(veltair_module *m) const { veltair_module_release(m); }
  };
  std::unique_ptr<veltair_module, Deleter> handle;
};

// The set of workers. Outlives its tenants.
class Runtime {
public:
  explicit Runtime(const veltair_runtime_options *options = nullptr) {
    veltair_runtime *raw = nullptr;
    check(veltair_runtime_create(options, &raw));
    handle.reset(raw);
  }

  uint32_t threads() const { return veltair_runtime_threads(handle.get()); }
  std::vector<uint32_t> cpus() const {
    std::vector<uint32_t> list(veltair_runtime_cpus(handle.get(), nullptr, 0));
    veltair_runtime_cpus(handle.get(), list.data(),
                         static_cast<uint32_t>(list.size()));
    return list;
  }
  veltair_runtime_metrics metrics() const {
    veltair_runtime_metrics m;
    check(veltair_runtime_get_metrics(handle.get(), &m));
    return m;
  }
  void startTrace(uint64_t capacity = 0) {
    check(veltair_runtime_trace_start(handle.get(), capacity));
  }
  void stopTrace(const std::string &path) {
    check(veltair_runtime_trace_stop(handle.get(), path.c_str()));
  }
  void resetMetrics() { check(veltair_runtime_reset_metrics(handle.get())); }

  veltair_runtime *get() const { return handle.get(); }

private:
  struct Deleter {
    void operator()(veltair_runtime *r) const { veltair_runtime_destroy(r); }
  };
  std::unique_ptr<veltair_runtime, Deleter> handle;
};

// A query under way. Destroying it does not cancel the query.
class Request {
public:
  explicit Request(veltair_request *raw) : handle(raw) {}

  void cancel() { check(veltair_request_cancel(handle.get())); }
  // Cancels the query if it is still under way, and waits until it no longer
  // needs its buffers: for destructors.
  void abandon() noexcept {
    veltair_request_cancel(handle.get());
    veltair_request_wait(handle.get(), nullptr);
  }
  // Waits for the end; throws when the query did not succeed.
  veltair_result wait() {
    veltair_result result;
    check(veltair_request_wait(handle.get(), &result));
    return result;
  }

private:
  struct Deleter {
    void operator()(veltair_request *r) const { veltair_request_release(r); }
  };
  std::unique_ptr<veltair_request, Deleter> handle;
};

// A model that is served.
class Tenant {
public:
  Tenant(Runtime &runtime, Module &module,
         const veltair_tenant_options *options = nullptr) {
    veltair_tenant *raw = nullptr;
    check(veltair_tenant_add(runtime.get(), module.get(), options, &raw));
    handle.reset(raw);
  }

  // The index of the program that serves inputs of these shapes.
  uint32_t select(std::span<const veltair_input> inputs) const {
    uint32_t program = 0;
    check(veltair_tenant_select(handle.get(), inputs.data(),
                                static_cast<uint32_t>(inputs.size()),
                                &program));
    return program;
  }

  void run(std::span<const veltair_input> inputs,
           std::span<const veltair_output> outputs,
           const veltair_query_options *options = nullptr) {
    check(veltair_run(handle.get(), inputs.data(),
                      static_cast<uint32_t>(inputs.size()), outputs.data(),
                      static_cast<uint32_t>(outputs.size()), options));
  }

  Request submit(std::span<const veltair_input> inputs,
                 std::span<const veltair_output> outputs,
                 veltair_callback callback = nullptr, void *context = nullptr,
                 const veltair_query_options *options = nullptr) {
    veltair_request *raw = nullptr;
    check(veltair_submit(handle.get(), inputs.data(),
                         static_cast<uint32_t>(inputs.size()), outputs.data(),
                         static_cast<uint32_t>(outputs.size()), options,
                         callback, context, &raw));
    return Request(raw);
  }

  veltair_tenant_metrics metrics() const {
    veltair_tenant_metrics m;
    check(veltair_tenant_get_metrics(handle.get(), &m));
    return m;
  }

  // Completes the queries under way, then frees the tenant, as its destructor
  // does, which cancels them.
  void retire() {
    check(veltair_tenant_retire(handle.get()));
    (void)handle.release();
  }

  veltair_tenant *get() const { return handle.get(); }

private:
  struct Deleter {
    void operator()(veltair_tenant *t) const { veltair_tenant_remove(t); }
  };
  std::unique_ptr<veltair_tenant, Deleter> handle;
};

} // namespace api
} // namespace veltair

#endif // VELTAIR_VELTAIR_HPP
