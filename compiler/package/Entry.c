// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a model in the calling thread without the runtime. Compiled when the
// compiler is built and linked into every artifact, where `veltair_<name>_run`
// calls it with the artifact's tables. It must need no other function, not even
// the C library's.

#include "compiler/package/Entry.h"

typedef struct cpuid_registers {
  uint32_t eax, ebx, ecx, edx;
} cpuid_registers;

static cpuid_registers get_cpuid(uint32_t leaf, uint32_t subleaf) {
  cpuid_registers r;
  __asm__("cpuid"
          : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
          : "a"(leaf), "c"(subleaf));
  return r;
}

// The registers that the operating system saves (XCR0).
static uint32_t get_enabled_state(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// `flag` if all of `bits` are set in `value`.
static uint64_t select(uint64_t flag, uint32_t value, uint32_t bits) {
  return (value & bits) == bits ? flag : 0;
}

// The VELTAIR_CPU_* features of this CPU.
static uint64_t get_cpu_features(void) {
  const uint32_t avx_state = 0x6, avx512_state = 0xE6, osxsave = 1u << 27;
  uint32_t last = get_cpuid(0, 0).eax;
  cpuid_registers one = get_cpuid(1, 0);
  cpuid_registers seven = {0, 0, 0, 0}, seven_one = {0, 0, 0, 0};
  if (last >= 7) {
    seven = get_cpuid(7, 0);
    if (seven.eax >= 1)
      seven_one = get_cpuid(7, 1);
  }
  uint32_t extended = 0;
  if (get_cpuid(0x80000000u, 0).eax >= 0x80000001u)
    extended = get_cpuid(0x80000001u, 0).ecx;

  const uint32_t sse42 = 1u << 20 | 1u << 23; // with POPCNT
  const uint32_t bmi = 1u << 3 | 1u << 8, movbe = 1u << 22, lzcnt = 1u << 5;
  uint64_t features = select(VELTAIR_CPU_SSE42, one.ecx, sse42);
  if ((one.ecx & movbe) && (extended & lzcnt))
    features |= select(VELTAIR_CPU_BMI2, seven.ebx, bmi);
  uint32_t state = one.ecx & osxsave ? get_enabled_state() : 0;
  if ((state & avx_state) == avx_state)
    features |= select(VELTAIR_CPU_AVX, one.ecx, 1u << 28) |
                select(VELTAIR_CPU_FMA, one.ecx, 1u << 12) |
                select(VELTAIR_CPU_F16C, one.ecx, 1u << 29) |
                select(VELTAIR_CPU_AVX2, seven.ebx, 1u << 5);
  if ((state & avx512_state) == avx512_state)
    features |= select(VELTAIR_CPU_AVX512F, seven.ebx, 1u << 16) |
                select(VELTAIR_CPU_AVX512DQ, seven.ebx, 1u << 17) |
                select(VELTAIR_CPU_AVX512CD, seven.ebx, 1u << 28) |
                select(VELTAIR_CPU_AVX512BW, seven.ebx, 1u << 30) |
                select(VELTAIR_CPU_AVX512VL, seven.ebx, 1u << 31) |
                select(VELTAIR_CPU_AVX512VNNI, seven.ecx, 1u << 11) |
                select(VELTAIR_CPU_AVX512BF16, seven_one.eax, 1u << 5);
  return features;
}

static void raise(uint64_t *most, uint64_t value) {
  if (*most < value)
    *most = value;
}

static veltair_entry_layout get_layout(const veltair_artifact *artifact,
                                       const veltair_program *program) {
  veltair_entry_needs needs = {0, 0, 0, 0, 0, 0};
  needs.arenaBytes = program->arena_bytes;
  needs.outputs = artifact->output_count;
  needs.extents = program->extent_count;
  for (uint32_t i = 0; i < program->layer_count; ++i) {
    const veltair_layer *layer = &program->layers[i];
    raise(&needs.operands, layer->operand_count);
    raise(&needs.constants, layer->versions->constant_count);
    raise(&needs.scratchBytes, layer->versions->worker_scratch_bytes);
  }
  return veltair_entry_get_layout(&needs);
}

// One run of one program.
typedef struct run_state {
  const veltair_artifact *artifact;
  const void *const *in;
  void *const *out;
  char *workspace;
  const char *weights;
  veltair_entry_layout layout;
} run_state;

static int64_t *get_extents(const run_state *run) {
  return (int64_t *)(run->workspace + run->layout.extents);
}

static void *locate(const run_state *run, const veltair_operand *operand) {
  switch (operand->kind) {
  case VELTAIR_OPERAND_INPUT:
    return (void *)run->in[operand->value];
  case VELTAIR_OPERAND_OUTPUT:
    return run->out[operand->value];
  case VELTAIR_OPERAND_CONSTANT:
    return (void *)(run->weights +
                    run->artifact->constants[operand->value].offset);
  case VELTAIR_OPERAND_EXTENT:
    return get_extents(run) + operand->value;
  default:
    return run->workspace + operand->value;
  }
}

static int run_layer(const run_state *run, const veltair_layer *layer) {
  const veltair_version *version = layer->versions;
  void **operands = (void **)(run->workspace + run->layout.operands);
  const void **constants =
      (const void **)(run->workspace + run->layout.constants);
  int64_t *extents = get_extents(run);
  if (layer->guard != VELTAIR_NONE && extents[layer->guard] == 0)
    return VELTAIR_KERNEL_OK;
  for (uint32_t i = 0; i < layer->operand_count; ++i)
    operands[i] = locate(run, &layer->operands[i]);
  for (uint32_t i = 0; i < version->constant_count; ++i)
    constants[i] =
        run->weights + run->artifact->constants[version->constants[i]].offset;
  veltair_layer_args args = {operands, constants, extents,
                             run->workspace + version->shared_scratch_offset};
  for (uint32_t i = 0; i < version->stage_count; ++i) {
    const veltair_stage *stage = &version->stages[i];
    int code = stage->function(&args, 0, stage->chunks,
                               run->workspace + run->layout.scratch);
    if (code)
      return code;
  }
  return VELTAIR_KERNEL_OK;
}

// Those of layers that are skipped are never written.
static void clear_extents(const run_state *run,
                          const veltair_program *program) {
  for (uint32_t i = 0; i < program->extent_count; ++i)
    get_extents(run)[i] = 0;
}

// Where the arena was, which is of no use any more.
static void report_rows(const run_state *run, const veltair_program *program) {
  int64_t *rows = (int64_t *)run->workspace;
  for (uint32_t i = 0; i < run->artifact->output_count; ++i) {
    const veltair_shape *shape = &program->output_shapes[i];
    int64_t most = shape->rank ? shape->dims[0] : 1;
    int64_t extent =
        shape->extent == VELTAIR_NONE ? most : get_extents(run)[shape->extent];
    rows[i] = extent < 0 ? 0 : extent > most ? most : extent;
  }
}

// Returns a VELTAIR_KERNEL_* code, or -1 if this CPU can run no program.
__attribute__((visibility("hidden"))) int
veltair_entry(const veltair_artifact *artifact, const void *const *in,
              void *const *out, void *workspace, const void *weights) {
  uint64_t features = get_cpu_features();
  const veltair_program *program = 0;
  for (uint32_t i = 0; i < artifact->program_count && !program; ++i)
    if ((artifact->programs[i].features & ~features) == 0)
      program = &artifact->programs[i];
  if (!program)
    return -1;

  run_state run = {artifact,
                   in,
                   out,
                   workspace,
                   artifact->weights ? artifact->weights : weights,
                   get_layout(artifact, program)};
  clear_extents(&run, program);
  const uint32_t mode = VELTAIR_MXCSR;
  uint32_t caller_mode;
  __asm__ volatile("stmxcsr %0" : "=m"(caller_mode));
  __asm__ volatile("ldmxcsr %0" : : "m"(mode) : "memory");
  int code = VELTAIR_KERNEL_OK;
  for (uint32_t i = 0; i < program->layer_count && !code; ++i)
    code = run_layer(&run, &program->layers[i]);
  __asm__ volatile("ldmxcsr %0" : : "m"(caller_mode) : "memory");
  if (!code)
    report_rows(&run, program);
  return code;
}
