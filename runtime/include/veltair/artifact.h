// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The artifact: what veltairc writes and the runtime reads. Plain C, shared by
// both sides. An artifact is one query function that returns constant tables;
// the tables reach the code of every version of every layer.
//
// Rules of ABI 1:
//  * Every pointer in the tables is non-null where its count is non-zero.
//  * Every string is NUL-terminated, and UTF-8, but for the name of a file.
//  * Reserved fields are zero.
//  * Tables are immutable and may be read from any thread.

#ifndef VELTAIR_ARTIFACT_H
#define VELTAIR_ARTIFACT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VELTAIR_ABI_VERSION 1u

// A dimension that differs between programs, in `veltair_tensor::dims`.
#define VELTAIR_DYNAMIC_DIM (-1)

// "No index": absent guard, group or extent.
#define VELTAIR_NONE 0xFFFFFFFFu

// Alignment in bytes of the arena, of every tensor in it, and of every packed
// constant.
#define VELTAIR_ALIGNMENT 64u

// Element types; the values are those of ONNX's TensorProto.DataType.
typedef uint32_t veltair_dtype;
enum {
  VELTAIR_F32 = 1,
  VELTAIR_U8 = 2,
  VELTAIR_I8 = 3,
  VELTAIR_U16 = 4,
  VELTAIR_I16 = 5,
  VELTAIR_I32 = 6,
  VELTAIR_I64 = 7,
  VELTAIR_BOOL = 9, // one byte, 0 or 1
  VELTAIR_F16 = 10,
  VELTAIR_F64 = 11,
  VELTAIR_U32 = 12,
  VELTAIR_U64 = 13,
  VELTAIR_BF16 = 16,
};

// CPU features that a program needs, as bits of `veltair_program::features`.
enum {
  VELTAIR_CPU_SSE42 = 1u << 0,
  VELTAIR_CPU_AVX = 1u << 1,
  VELTAIR_CPU_AVX2 = 1u << 2,
  VELTAIR_CPU_FMA = 1u << 3,
  VELTAIR_CPU_F16C = 1u << 4,
  VELTAIR_CPU_BMI2 = 1u << 5, // BMI1, BMI2, LZCNT and MOVBE
  VELTAIR_CPU_AVX512F = 1u << 6,
  VELTAIR_CPU_AVX512VL = 1u << 7,
  VELTAIR_CPU_AVX512BW = 1u << 8,
  VELTAIR_CPU_AVX512DQ = 1u << 9,
  VELTAIR_CPU_AVX512CD = 1u << 10,
  VELTAIR_CPU_AVX512VNNI = 1u << 11,
  VELTAIR_CPU_AVX512BF16 = 1u << 12,
  VELTAIR_CPU_KNOWN = (1u << 13) - 1,
};

// Codes that a stage function returns. Zero is success.
enum {
  VELTAIR_KERNEL_OK = 0,
  VELTAIR_KERNEL_INDEX_OUT_OF_RANGE =
      1,                               // data-dependent index outside its axis
  VELTAIR_KERNEL_DIVISION_BY_ZERO = 2, // integer division by zero
};

// What a stage function is given. All pointers outlive the call.
typedef struct veltair_layer_args {
  // One per operand of the layer, in the order of `veltair_layer::operands`.
  void *const *operands;
  // One per constant of the version, in the order of
  // `veltair_version::constants`.
  const void *const *constants;
  // The query's true extents of data-dependent dimensions;
  // `veltair_program::extent_count` of them.
  int64_t *extents;
  // `veltair_version::shared_scratch_bytes` bytes of the arena, the same for
  // all stages and workers of one execution of the layer; undefined before the
  // first stage.
  void *shared_scratch;
} veltair_layer_args;

// The floating-point mode (MXCSR) that stage functions are called in: all
// exceptions masked, rounding to nearest, denormals flushed to zero.
#define VELTAIR_MXCSR 0x9FC0u

// Executes the chunks [begin, end) of one stage. Reentrant; allocates nothing;
// uses no globals, threads or errno. Idempotent: outputs are written, never
// read back (unless VELTAIR_VERSION_IN_PLACE). No stage writes what an earlier
// one of its version reads or writes: a worker may still be inside that one.
// `scratch` has `worker_scratch_bytes` bytes, 64-byte aligned and undefined at
// entry. Returns a VELTAIR_KERNEL_* code.
typedef int32_t (*veltair_stage_function)(const veltair_layer_args *args,
                                          uint32_t begin, uint32_t end,
                                          void *scratch);

typedef struct veltair_key_value {
  const char *key;
  const char *value;
} veltair_key_value;

// A model input or output. `name` is the ONNX name.
typedef struct veltair_tensor {
  const char *name;
  veltair_dtype dtype;
  uint32_t rank;
  const int64_t *dims; // `rank`; VELTAIR_DYNAMIC_DIM where programs differ
} veltair_tensor;

// The shape that one program gives to a model input or output.
typedef struct veltair_shape {
  uint32_t rank;
  // Index into the query's extents of the true extent of dimension 0, whose
  // bound stands in dims[0]; VELTAIR_NONE when all dimensions are exact.
  uint32_t extent;
  const int64_t *dims; // `rank`
} veltair_shape;

// A packed constant: bytes [offset, offset + size) of the weights.
typedef struct veltair_constant {
  uint64_t offset; // multiple of VELTAIR_ALIGNMENT
  uint64_t size;
  uint64_t hash; // xxh3 (64 bits) of the bytes
} veltair_constant;

typedef uint32_t veltair_operand_kind;
enum {
  VELTAIR_OPERAND_ARENA = 0,    // value: byte offset in the query's arena
  VELTAIR_OPERAND_INPUT = 1,    // value: index of a model input
  VELTAIR_OPERAND_OUTPUT = 2,   // value: index of a model output
  VELTAIR_OPERAND_CONSTANT = 3, // value: index into `constants`
  VELTAIR_OPERAND_EXTENT = 4,   // value: index of an extent of the query
};

typedef uint32_t veltair_operand_access;
enum { VELTAIR_READ = 1, VELTAIR_WRITE = 2 };

// An operand occupies bytes [0, size) from its base.
typedef struct veltair_operand {
  veltair_operand_kind kind;
  veltair_operand_access access;
  uint64_t value;
  uint64_t size;
} veltair_operand;

typedef struct veltair_stage {
  veltair_stage_function function;
  uint32_t chunks; // at least 1
  uint32_t reserved;
} veltair_stage;

// One point of a miss curve: the bytes one worker fills from DRAM, from cold
// caches, over the whole layer, when its share of the L3 cache is `l3_bytes`.
typedef struct veltair_miss_point {
  uint64_t l3_bytes;
  uint64_t bytes;
} veltair_miss_point;

// The cache that a version uses. Computed by the compiler from the loop nest.
typedef struct veltair_cache_usage {
  uint64_t flops;           // floating-point operations of the whole layer
  uint64_t bytes_read;      // distinct bytes read by the whole layer
  uint64_t bytes_written;   // distinct bytes written by the whole layer
  uint64_t writeback_bytes; // bytes written back to DRAM from cold caches
  uint64_t l1_bytes;        // working set of the innermost blocks
  uint64_t private_bytes;   // working set of one chunk (L2)
  uint64_t shared_bytes;    // working set shared by all workers (L3)
  const veltair_miss_point *miss_curve; // ascending l3_bytes
  uint32_t miss_curve_size;             // at least 6
  uint32_t reserved;
} veltair_cache_usage;

enum {
  // The version reads an operand that it overwrites: its chunks must not be
  // executed twice.
  VELTAIR_VERSION_IN_PLACE = 1u << 0,
  // How long it takes depends on the data: earlier executions do not tell.
  VELTAIR_VERSION_DATA_DEPENDENT = 1u << 1,
  VELTAIR_VERSION_FLAGS_KNOWN = (1u << 2) - 1,
};

typedef struct veltair_version {
  const char *schedule; // e.g. "direct 14x2 channels grain=4 groups=1"
  const veltair_stage *stages;
  const uint32_t *constants; // indices into `veltair_artifact::constants`
  uint32_t stage_count;      // at least 1
  uint32_t constant_count;
  uint32_t worker_scratch_bytes; // multiple of VELTAIR_ALIGNMENT
  // Versions of equal numerics class give bit-identical results.
  uint32_t numerics_class;
  uint64_t shared_scratch_bytes;
  uint64_t shared_scratch_offset; // in the arena
  uint32_t flags;                 // VELTAIR_VERSION_*
  uint32_t reserved;
  veltair_cache_usage cache;
} veltair_version;

typedef struct veltair_layer {
  const char *name; // unique in its program
  const char *ops;  // the ONNX operators fused here, e.g. "Conv+Relu"
  const veltair_operand *operands;
  const veltair_version *versions; // [0] is the fastest alone
  uint64_t hash; // of the layer's definition: equal layers, equal hashes
  uint32_t operand_count;
  uint32_t version_count; // at least 1
  // Independent neighbours that may be open together share a group number: none
  // writes a byte that another one reads or writes, nor an extent that guards
  // it. VELTAIR_NONE when the layer follows all earlier ones.
  uint32_t group;
  // Index of the extent that, when zero, skips the layer; or VELTAIR_NONE.
  uint32_t guard;
  // The first later layer that writes a byte which this layer reads or writes;
  // `layer_count` when the query's end is the first conflict (always so for
  // layers that touch the caller's memory and meet no earlier one).
  uint32_t first_conflict;
  uint32_t reserved;
} veltair_layer;

// A model for one CPU feature set and one binding of its symbolic shapes.
typedef struct veltair_program {
  const char *isa;                    // "x86-64-v4"
  uint64_t features;                  // VELTAIR_CPU_*
  const veltair_shape *input_shapes;  // `veltair_artifact::input_count`
  const veltair_shape *output_shapes; // `veltair_artifact::output_count`
  const veltair_layer *layers;        // topological
  uint64_t arena_bytes;               // tensors and shared scratch
  uint32_t layer_count;
  uint32_t extent_count;
} veltair_program;

typedef struct veltair_artifact {
  uint32_t abi; // VELTAIR_ABI_VERSION of the writer
  // Sizes of the structures as the writer knew them: a reader of a later ABI
  // steps through the arrays by these.
  uint32_t artifact_size, tensor_size, shape_size, constant_size, operand_size,
      stage_size, version_size, layer_size, program_size;
  const char *name; // C identifier
  // xxh3 (64 bits) of the ONNX file, its external data and the constant inputs.
  uint64_t source_hash;
  const char *producer;              // "veltairc 0.1.0"
  const veltair_key_value *metadata; // the ONNX model's metadata_props
  const veltair_tensor *inputs;
  const veltair_tensor *outputs;
  const veltair_constant *constants;
  const veltair_program *programs; // the better of two that fit comes first
  // The weights when embedded, else null: then the runtime maps the file
  // `weights_file`, beside the artifact, of `weights_size` bytes and
  // `weights_hash`.
  const void *weights;
  const char *weights_file;
  uint64_t weights_size;
  uint64_t weights_hash; // xxh3 (64 bits) over the `hash` of all constants
  uint32_t metadata_count, input_count, output_count, constant_count,
      program_count;
  uint32_t reserved;
} veltair_artifact;

// Returns the tables, or null when this artifact cannot serve `abi` (an ABI
// older than its own). Never fails otherwise; callable from any thread.
typedef const veltair_artifact *(*veltair_query_function)(uint32_t abi);

// The ELF note of an artifact (section .note.veltair, owner "VELTAIR", type 1).
// Read before the file is loaded.
typedef struct veltair_note {
  uint32_t abi;
  uint32_t program_count;
  uint64_t features_any; // of the least demanding program; for a quick look
  uint64_t weights_size; // embedded or beside
  uint64_t tables_hash;  // xxh3 (64 bits) of section .veltair.tables before
                         // relocation
  uint64_t weights_hash;
  char name[64]; // NUL-padded
} veltair_note;

#define VELTAIR_NOTE_TYPE 1u
#define VELTAIR_NOTE_OWNER "VELTAIR"

#if defined(__cplusplus) ||                                                    \
    defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#ifdef __cplusplus
#define VELTAIR_ASSERT_SIZE(type, size)                                        \
  static_assert(sizeof(type) == (size), #type)
#else
#define VELTAIR_ASSERT_SIZE(type, size)                                        \
  _Static_assert(sizeof(type) == (size), #type)
#endif
VELTAIR_ASSERT_SIZE(veltair_layer_args, 32);
VELTAIR_ASSERT_SIZE(veltair_tensor, 24);
VELTAIR_ASSERT_SIZE(veltair_shape, 16);
VELTAIR_ASSERT_SIZE(veltair_constant, 24);
VELTAIR_ASSERT_SIZE(veltair_operand, 24);
VELTAIR_ASSERT_SIZE(veltair_stage, 16);
VELTAIR_ASSERT_SIZE(veltair_cache_usage, 72);
VELTAIR_ASSERT_SIZE(veltair_version, 136);
VELTAIR_ASSERT_SIZE(veltair_layer, 64);
VELTAIR_ASSERT_SIZE(veltair_program, 56);
VELTAIR_ASSERT_SIZE(veltair_artifact, 160);
VELTAIR_ASSERT_SIZE(veltair_note, 104);
#endif

#ifdef __cplusplus
} // extern "C"
#endif

#endif // VELTAIR_ARTIFACT_H
