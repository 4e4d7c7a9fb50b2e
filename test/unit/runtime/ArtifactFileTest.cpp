// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Artifacts as files: good ones, and every kind of bad one.

#include "runtime/artifact/CheckFile.h"
#include "runtime/artifact/ElfReader.h"
#include "runtime/artifact/Weights.h"
#include "runtime/support/Hash.h"

#include "veltair/veltair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include <sys/stat.h>

using namespace veltair;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

using Bytes = std::vector<std::byte>;

Bytes readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

// Offset of a section in a well-formed file.
Elf64_Shdr sectionOf(const Bytes &bytes, const char *name) {
  Result<ElfReader> elf = ElfReader::create(bytes);
  EXPECT_TRUE(elf.ok()) << elf.status().message();
  const Elf64_Shdr *section = elf->findSection(name);
  EXPECT_NE(section, nullptr);
  return *section;
}

constexpr size_t noteOffset = sizeof(Elf64_Nhdr) + 8;

// Changes the note of an artifact.
void changeNote(Bytes &bytes,
                const std::function<void(veltair_note &)> &change) {
  std::byte *at =
      bytes.data() + sectionOf(bytes, ".note.veltair").sh_offset + noteOffset;
  veltair_note note;
  std::memcpy(&note, at, sizeof note);
  change(note);
  std::memcpy(at, &note, sizeof note);
}

// Makes the note's hash that of the tables.
void seal(Bytes &bytes) {
  Elf64_Shdr tables = sectionOf(bytes, ".veltair.tables");
  uint64_t hash =
      hashBytes(std::span(bytes).subspan(tables.sh_offset, tables.sh_size));
  changeNote(bytes, [&](veltair_note &note) { note.tables_hash = hash; });
}

// True if the sections that seal() needs are still there.
bool isSealable(const Bytes &bytes) {
  Result<ElfReader> elf = ElfReader::create(bytes);
  if (!elf.ok())
    return false;
  const Elf64_Shdr *note = elf->findSection(".note.veltair");
  return note && elf->findSection(".veltair.tables") &&
         elf->contents(*note).size() >= noteOffset + sizeof(veltair_note);
}

Bytes fixture(const std::string &name) {
  Bytes bytes = readFile(FIXTURES "artifact_" + name + ".so");
  seal(bytes);
  return bytes;
}

template <typename T> T &at(Bytes &bytes, uint64_t offset) {
  return *reinterpret_cast<T *>(bytes.data() + offset);
}

Status check(const Bytes &bytes) {
  Result<ArtifactFile> file = checkArtifactFile(bytes);
  return file.ok() ? Status() : file.status();
}

void expectRefused(const Bytes &bytes, const char *message,
                   veltair_status code = VELTAIR_BAD_ARTIFACT) {
  Status status = check(bytes);
  EXPECT_EQ(status.code(), code);
  EXPECT_THAT(status.message(), HasSubstr(message));
}

// Changes the entry of the dynamic section with this tag.
void changeDynamic(Bytes &bytes, int64_t tag,
                   const std::function<void(Elf64_Dyn &)> &change) {
  Elf64_Shdr section = sectionOf(bytes, ".dynamic");
  for (uint64_t o = 0; o < section.sh_size; o += sizeof(Elf64_Dyn)) {
    auto &entry = at<Elf64_Dyn>(bytes, section.sh_offset + o);
    if (entry.d_tag == tag) {
      change(entry);
      return;
    }
  }
  FAIL() << "no dynamic entry " << tag;
}

class ArtifactOnDisk : public testing::Test {
protected:
  ArtifactOnDisk() {
    folder = testing::TempDir() + "veltair-" + std::to_string(getpid()) + "/";
    std::filesystem::create_directories(folder);
  }
  ~ArtifactOnDisk() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string &name, const Bytes &bytes) {
    std::ofstream(folder + name, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()),
               std::streamsize(bytes.size()));
    return folder + name;
  }

  std::string folder;
};

} // namespace

//===----------------------------------------------------------------------===//
// Good ones
//===----------------------------------------------------------------------===//

static void runFixture(Module &module, const veltair_tenant_options &options,
                       float firstWeight) {
  veltair_runtime_options runtimeOptions{};
  runtimeOptions.size = sizeof runtimeOptions;
  runtimeOptions.threads = 2;
  Runtime runtime(&runtimeOptions);
  Tenant tenant(runtime, module, &options);
  std::vector<float> x(64, 0.5f), y(64);
  int64_t dims[] = {64};
  veltair_input in = makeInput<float>(x, dims);
  veltair_output out = makeOutput<float>(y);
  tenant.run({&in, 1}, {&out, 1});
  EXPECT_EQ(y[0], firstWeight + 0.5f);
}

TEST_F(ArtifactOnDisk, LoadsAndRuns) {
  Module module(write("good.so", fixture("good")));
  EXPECT_STREQ(module.artifact().name, "fixture");
  veltair_tenant_options options = VELTAIR_TENANT_OPTIONS_INIT;
  runFixture(module, options, 1);
}

TEST_F(ArtifactOnDisk, MapsAWeightsFile) {
  Bytes weights(64 * sizeof(float));
  reinterpret_cast<float *>(weights.data())[0] = 42;
  Module module(write("good.so", fixture("weights_file")));
  veltair_tenant_options options = VELTAIR_TENANT_OPTIONS_INIT;

  Runtime runtime;
  veltair_tenant *raw = nullptr;
  EXPECT_EQ(veltair_tenant_add(runtime.get(), module.get(), &options, &raw),
            VELTAIR_IO_ERROR);
  EXPECT_THAT(veltair_last_message(), HasSubstr("fixture.weights"));

  write("fixture.weights", weights);
  runFixture(module, options, 42);

  std::string other = write("other", Bytes(100));
  options.weights_file = other.c_str();
  EXPECT_EQ(veltair_tenant_add(runtime.get(), module.get(), &options, &raw),
            VELTAIR_BAD_ARTIFACT);
  EXPECT_THAT(veltair_last_message(), HasSubstr("has 100 bytes"));

  options.weights_file = nullptr;
  options.verify_weights = 1;
  EXPECT_EQ(veltair_tenant_add(runtime.get(), module.get(), &options, &raw),
            VELTAIR_BAD_ARTIFACT);
  EXPECT_THAT(veltair_last_message(), HasSubstr("hash of constant 0"));
}

TEST_F(ArtifactOnDisk, FindsItsWeightsFromAnotherDirectory) {
  std::filesystem::path path = write("good.so", fixture("weights_file"));
  write("fixture.weights", Bytes(64 * sizeof(float)));
  std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(path.parent_path());
  Result<LoadedArtifact::Pointer> artifact = LoadedArtifact::load("good.so");
  std::filesystem::current_path(before);
  ASSERT_TRUE(artifact.ok()) << artifact.status().message();
  SharedWeights shared;
  Result<Weights::Pointer> weights = shared.get(**artifact, "");
  EXPECT_TRUE(weights.ok()) << weights.status().message();
}

TEST_F(ArtifactOnDisk, TenantsShareWeights) {
  Bytes bytes(64 * sizeof(float));
  std::string path = write("fixture.weights", bytes);
  Result<LoadedArtifact::Pointer> artifact =
      LoadedArtifact::load(write("good.so", fixture("weights_file")));
  ASSERT_TRUE(artifact.ok()) << artifact.status().message();
  SharedWeights shared;
  Result<Weights::Pointer> first = shared.get(**artifact, "");
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ(*first, *shared.get(**artifact, ""));
  EXPECT_EQ(*first, *shared.get(**artifact, path));
  // Another file under the old name.
  write("other", bytes);
  std::filesystem::rename(path.substr(0, path.rfind('/')) + "/other", path);
  EXPECT_NE(*first, *shared.get(**artifact, ""));
}

// The fixture with another first weight.
static Bytes withWeight(const std::string &name, float first) {
  Bytes bytes = fixture(name);
  const float weights[] = {1, 2, 3, 4};
  std::span<const std::byte> wanted = std::as_bytes(std::span(weights));
  auto found =
      std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end());
  EXPECT_NE(found, bytes.end());
  std::memcpy(&*found, &first, sizeof first);
  return bytes;
}

TEST_F(ArtifactOnDisk, IsReplacedWhileItIsLoaded) {
  veltair_tenant_options options = VELTAIR_TENANT_OPTIONS_INIT;
  std::string path = write("model.so", fixture("good"));
  Module first(path);
  auto replace = [&](const std::string &name, float weight) {
    std::string other = write("other.so", withWeight(name, weight));
    std::filesystem::rename(other, path);
    return Module(path);
  };
  Module second = replace("good", 20);
  Module third = replace("other_layout", 30);
  Module again(path);
  runFixture(first, options, 1);
  runFixture(second, options, 20);
  runFixture(third, options, 30);
  runFixture(again, options, 30);
}

//===----------------------------------------------------------------------===//
// Bad ones
//===----------------------------------------------------------------------===//

TEST_F(ArtifactOnDisk, NamesTheFile) {
  veltair_module *raw = nullptr;
  EXPECT_EQ(veltair_module_load((folder + "absent.so").c_str(), &raw),
            VELTAIR_IO_ERROR);
  EXPECT_THAT(veltair_last_message(), HasSubstr("absent.so: No such file"));
  EXPECT_EQ(veltair_module_load(folder.c_str(), &raw), VELTAIR_IO_ERROR);
  std::string pipe = folder + "pipe.so"; // that nobody writes to
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(veltair_module_load(pipe.c_str(), &raw), VELTAIR_IO_ERROR);
  EXPECT_THAT(veltair_last_message(), HasSubstr("pipe.so: not a regular file"));
  std::string path = write("text.so", Bytes(1000, std::byte('a')));
  EXPECT_EQ(veltair_module_load(path.c_str(), &raw), VELTAIR_BAD_ARTIFACT);
  EXPECT_EQ(veltair_last_message(), path + ": not an ELF file");
  EXPECT_EQ(veltair_module_load(write("empty.so", {}).c_str(), &raw),
            VELTAIR_BAD_ARTIFACT);
}

TEST(ArtifactFile, RefusesEveryTruncation) {
  Bytes bytes = fixture("good");
  ASSERT_TRUE(check(bytes).ok()) << check(bytes).message();
  for (size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(check(Bytes(bytes.begin(), bytes.begin() + long(size))).ok())
        << size;
}

TEST(ArtifactFile, RefusesOtherObjects) {
  expectRefused(readFile("/proc/self/exe"), "");
  Bytes bytes = fixture("good");
  at<Elf64_Ehdr>(bytes, 0).e_machine = EM_AARCH64;
  expectRefused(bytes, "not made for x86-64");
  bytes = fixture("good");
  at<Elf64_Ehdr>(bytes, 0).e_type = ET_REL;
  expectRefused(bytes, "not a shared object");
}

TEST(ArtifactFile, RefusesConstructors) {
  expectRefused(fixture("constructor"), "constructors");
}

TEST(ArtifactFile, RefusesForeignImports) {
  expectRefused(fixture("import"), "import of 'puts'");
}

TEST(ArtifactFile, RefusesThreadLocals) {
  EXPECT_FALSE(check(fixture("thread_local")).ok());
}

TEST(ArtifactFile, RefusesBadNotes) {
  Bytes bytes = fixture("good");
  changeNote(bytes, [](veltair_note &note) { note.abi = 99; });
  expectRefused(bytes, "ABI 99", VELTAIR_ABI_MISMATCH);
  bytes = fixture("good");
  changeNote(bytes, [](veltair_note &note) { note.abi = 0; });
  expectRefused(bytes, "ABI 0");
  bytes = fixture("good");
  changeNote(bytes, [](veltair_note &note) { note.program_count = 0; });
  expectRefused(bytes, "note");
  bytes = fixture("good");
  changeNote(bytes, [](veltair_note &note) {
    std::memset(note.name, 'x', sizeof note.name);
  });
  expectRefused(bytes, "note");
  bytes = fixture("good");
  at<Elf64_Nhdr>(bytes, sectionOf(bytes, ".note.veltair").sh_offset).n_descsz =
      1u << 31;
  expectRefused(bytes, "note is truncated");
}

// It can be looked at everywhere.
TEST_F(ArtifactOnDisk, LoadsButDoesNotServeOneForAnotherCpu) {
  Module module(write("other.so", fixture("other_cpu")));
  EXPECT_STREQ(module.artifact().programs[0].isa, "x86-64");
  Runtime runtime;
  veltair_tenant *raw = nullptr;
  EXPECT_EQ(veltair_tenant_add(runtime.get(), module.get(), nullptr, &raw),
            VELTAIR_CPU_MISMATCH);
  EXPECT_THAT(veltair_last_message(), HasSubstr("x86-64 needs feature 40"));
}

TEST_F(ArtifactOnDisk, RefusesABadNameOfWeightsThatItDoesNotHave) {
  veltair_module *raw = nullptr;
  std::string path = write("bad.so", fixture("wild_weights_name"));
  EXPECT_EQ(veltair_module_load(path.c_str(), &raw), VELTAIR_BAD_ARTIFACT);
  EXPECT_THAT(veltair_last_message(), HasSubstr("file name is damaged"));
}

TEST(ArtifactFile, RefusesEveryDamagedTableByte) {
  Bytes bytes = fixture("good");
  Elf64_Shdr tables = sectionOf(bytes, ".veltair.tables");
  for (uint64_t i = 0; i < tables.sh_size; i += 7) {
    bytes[tables.sh_offset + i] ^= std::byte(0x10);
    expectRefused(bytes, "their hash is wrong");
    bytes[tables.sh_offset + i] ^= std::byte(0x10);
  }
}

TEST(ArtifactFile, RefusesWhatWouldMisleadTheLoader) {
  const Bytes good = fixture("good");
  auto dynamic = [&](int64_t tag, auto change, const char *message) {
    Bytes bytes = good;
    changeDynamic(bytes, tag, change);
    expectRefused(bytes, message);
  };
  dynamic(
      DT_RELAENT, [](Elf64_Dyn &e) { e.d_un.d_val = 8; }, "dynamic section");
  dynamic(DT_RELAENT, [](Elf64_Dyn &e) { e.d_tag = DT_INIT; }, "constructors");
  dynamic(DT_RELAENT, [](Elf64_Dyn &e) { e.d_tag = DT_NEEDED; }, "libraries");
  dynamic(DT_RELAENT, [](Elf64_Dyn &e) { e.d_tag = DT_SYMENT; }, "twice");
  dynamic(
      DT_RELASZ, [](Elf64_Dyn &e) { e.d_un.d_val = 1 << 20; }, "relocations");
  dynamic(
      DT_RELACOUNT, [](Elf64_Dyn &e) { e.d_un.d_val += 1; }, "dynamic section");
  dynamic(
      DT_STRSZ, [](Elf64_Dyn &e) { e.d_un.d_val = ~uint64_t(0); }, "string");
  dynamic(DT_SYMTAB, [](Elf64_Dyn &e) { e.d_un.d_val += 8; }, "symbol table");
  dynamic(
      DT_GNU_HASH, [](Elf64_Dyn &e) { e.d_un.d_val = 1 << 30; }, "hash table");
  dynamic(DT_GNU_HASH, [](Elf64_Dyn &e) { e.d_un.d_val = 0; }, "hash table");
  // By itself it is refused, beside another one it occurs twice.
  dynamic(DT_GNU_HASH, [](Elf64_Dyn &e) { e.d_tag = DT_HASH; }, "");

  Elf64_Shdr section = sectionOf(good, ".gnu.hash");
  auto hashTable = [&](auto change) {
    Bytes bytes = good;
    // Buckets, the first symbol, words of the filter, a shift; the filter.
    uint32_t *table = &at<uint32_t>(bytes, section.sh_offset);
    std::span buckets(table + 4 + 2 * table[2], table[0]);
    change(buckets, table[section.sh_size / sizeof *table - 1]);
    expectRefused(bytes, "hash table is damaged");
  };
  uint64_t symbols = sectionOf(good, ".dynsym").sh_size / sizeof(Elf64_Sym);
  hashTable([&](auto buckets, uint32_t &) {
    std::fill(buckets.begin(), buckets.end(), uint32_t(symbols));
  });
  hashTable([](auto, uint32_t &lastWord) { lastWord &= ~1u; });

  uint64_t relocations = sectionOf(good, ".rela.dyn").sh_offset;
  auto relocation = [&](auto change, const char *message) {
    Bytes bytes = good;
    change(at<Elf64_Rela>(bytes, relocations));
    expectRefused(bytes, message);
  };
  relocation([](Elf64_Rela &r) { r.r_offset = 1 << 30; }, "writes outside");
  relocation([](Elf64_Rela &r) { r.r_offset = 0; }, "writes outside");
  relocation([](Elf64_Rela &r) { r.r_addend = -1; }, "points outside");
  relocation([](Elf64_Rela &r) { r.r_info = R_X86_64_IRELATIVE; },
             "relocation type 37");
  relocation([](Elf64_Rela &r) { r.r_info = ELF64_R_INFO(9999, R_X86_64_64); },
             "symbol that does not exist");

  uint64_t segments =
      at<const Elf64_Ehdr>(const_cast<Bytes &>(good), 0).e_phoff;
  auto segment = [&](uint32_t type, auto change, const char *message) {
    Bytes bytes = good;
    for (uint64_t o = segments;; o += sizeof(Elf64_Phdr))
      if (auto &header = at<Elf64_Phdr>(bytes, o); header.p_type == type) {
        change(header);
        break;
      }
    expectRefused(bytes, message);
  };
  segment(
      PT_LOAD, [](Elf64_Phdr &p) { p.p_memsz = uint64_t(1) << 40; },
      "segment table");
  segment(PT_LOAD, [](Elf64_Phdr &p) { p.p_vaddr += 1; }, "");
  segment(PT_LOAD, [](Elf64_Phdr &p) { p.p_align = 3; }, "segment table");
  segment(
      PT_LOAD, [](Elf64_Phdr &p) { p.p_flags = PF_R | PF_W | PF_X; },
      "writable and executable");
  segment(PT_GNU_STACK, [](Elf64_Phdr &p) { p.p_flags |= PF_X; }, "stack");
  segment(
      PT_GNU_STACK, [](Elf64_Phdr &p) { p.p_type = PT_TLS; }, "segment type 7");
  segment(PT_GNU_RELRO, [](Elf64_Phdr &p) { p.p_vaddr = 0; }, "segment table");
  segment(PT_DYNAMIC, [](Elf64_Phdr &p) { p.p_vaddr = 1 << 30; }, "dynamic");
}

// Whatever is damaged: a clear refusal or a working artifact, but no crash.
TEST_F(ArtifactOnDisk, SurvivesMutations) {
  const Bytes good = fixture("good");
  std::mt19937 random(1);
  Elf64_Shdr text = sectionOf(good, ".text");
  for (int trial = 0; trial < 2000; ++trial) {
    Bytes bytes = good;
    for (int i = 1 << random() % 4; i > 0; --i) {
      size_t position = random() % bytes.size();
      // Damaged code cannot be recognised.
      if (position - text.sh_offset >= text.sh_size)
        bytes[position] = std::byte(random());
    }
    // Half of them with a right hash, so that the tables' own checks are met.
    if (trial % 2 && isSealable(bytes))
      seal(bytes);
    veltair_module *module = nullptr;
    std::string path = write("mutated" + std::to_string(trial), bytes);
    if (veltair_module_load(path.c_str(), &module) != VELTAIR_OK)
      EXPECT_THAT(veltair_last_message(),
                  AllOf(StartsWith(path + ": "), Not(HasSubstr("/proc/"))));
    veltair_module_release(module);
    std::filesystem::remove(path);
  }
}
