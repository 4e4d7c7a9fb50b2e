// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Bindings.h"
#include "dialects/onnx/Inference.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

FailureOr<ImportOptions::Shape>
mlir::veltair::parseShapeOption(StringRef text) {
  auto [name, list] = text.rsplit('=');
  ImportOptions::Shape shape{name.str(), {}};
  if (name.empty() || text.find('=') == StringRef::npos)
    return failure();
  SmallVector<StringRef> extents;
  if (!list.empty())
    list.split(extents, 'x');
  for (StringRef item : extents) {
    int64_t extent = ImportOptions::open;
    if (item != "?" && (item.getAsInteger(10, extent) || extent < 0 ||
                        extent > onnx::maxExtent))
      return failure();
    shape.extents.push_back(extent);
  }
  return shape;
}

FailureOr<ImportOptions::Dimension>
mlir::veltair::parseDimensionOption(StringRef text) {
  auto [symbol, list] = text.rsplit('=');
  ImportOptions::Dimension dimension{symbol.str(), {}};
  SmallVector<StringRef> values;
  list.split(values, ',');
  for (StringRef item : values) {
    int64_t value;
    if (item.getAsInteger(10, value) || value < 0 || value > onnx::maxExtent)
      return failure();
    dimension.values.push_back(value);
  }
  return symbol.empty() ? FailureOr<ImportOptions::Dimension>(failure())
                        : dimension;
}

FailureOr<ImportOptions::ConstantInput>
mlir::veltair::parseConstantInputOption(StringRef text) {
  auto [input, file] = text.split('=');
  if (input.empty() || file.empty())
    return failure();
  return ImportOptions::ConstantInput{input.str(), file.str()};
}

static std::string format(ArrayRef<DeclaredDimension> dimensions) {
  return "[" +
         llvm::join(llvm::map_range(dimensions,
                                    [](const DeclaredDimension &d) {
                                      return d.extent != ImportOptions::open
                                                 ? std::to_string(d.extent)
                                             : d.symbol.empty() ? "?"
                                                                : d.symbol;
                                    }),
                    ", ") +
         "]";
}

namespace {

/// Resolves one binding.
class Binder {
public:
  Binder(ArrayRef<DeclaredInput> inputs, Location location, Problems &problems)
      : inputs(inputs), location(location), problems(problems) {}

  LogicalResult setSymbol(StringRef symbol, int64_t value) {
    auto [known, isNew] = symbols.try_emplace(symbol, value);
    if (!isNew && known->second != value)
      return problems.add(location, "dimension '" + symbol + "' is bound to " +
                                        Twine(known->second) + " and to " +
                                        Twine(value));
    return success();
  }

  /// Takes the extents of a --shape option.
  LogicalResult setShape(const DeclaredInput &input,
                         ArrayRef<int64_t> extents) {
    if (extents.size() != input.dimensions.size())
      return mismatch(input, extents);
    for (auto [dimension, extent] :
         llvm::zip_equal(input.dimensions, extents)) {
      if (extent == ImportOptions::open)
        continue;
      if (dimension.extent != ImportOptions::open && dimension.extent != extent)
        return mismatch(input, extents);
      if (!dimension.symbol.empty() &&
          failed(setSymbol(dimension.symbol, extent)))
        return failure();
    }
    given[input.name] = extents;
    return success();
  }

  FailureOr<Binding> resolve() {
    Binding binding;
    for (const DeclaredInput &input : inputs) {
      ArrayRef<int64_t> extents = given.lookup(input.name);
      SmallVector<int64_t> shape;
      for (auto [i, dimension] : llvm::enumerate(input.dimensions)) {
        int64_t extent = dimension.extent;
        if (extent == ImportOptions::open && !extents.empty())
          extent = extents[i];
        if (extent == ImportOptions::open && symbols.contains(dimension.symbol))
          extent = symbols.lookup(dimension.symbol);
        if (extent == ImportOptions::open)
          return leftOpen(input);
        shape.push_back(extent);
      }
      if (!onnx::isPossible(shape))
        return problems.add(location, "input '" + input.name +
                                          "' has impossible dimensions");
      binding.push_back(std::move(shape));
    }
    return binding;
  }

private:
  LogicalResult mismatch(const DeclaredInput &input,
                         ArrayRef<int64_t> extents) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    llvm::interleave(extents, stream, "x");
    return problems.add(location, "--shape " + input.name + "=" + text +
                                      " contradicts the model, whose input '" +
                                      input.name + "' has the shape " +
                                      format(input.dimensions));
  }

  /// Says which option is missing, ready to be pasted.
  LogicalResult leftOpen(const DeclaredInput &input) {
    std::string option, shape;
    bool unnamed = false;
    for (auto [i, dimension] : llvm::enumerate(input.dimensions)) {
      bool isOpen = dimension.extent == ImportOptions::open;
      int64_t extent = !isOpen ? dimension.extent : i == 0 ? 1 : 224;
      shape += (i == 0 ? "" : "x") + std::to_string(extent);
      if (!isOpen || symbols.contains(dimension.symbol))
        continue;
      unnamed |= dimension.symbol.empty();
      option += (option.empty() ? "--dim " : " --dim ") + dimension.symbol +
                "=" + std::to_string(extent);
    }
    if (unnamed)
      option = "--shape " + input.name + "=" + shape;
    return problems.add(location, "input '" + input.name +
                                      "' has open dimensions " +
                                      format(input.dimensions) +
                                      "; give them, for example by " + option);
  }

  ArrayRef<DeclaredInput> inputs;
  Location location;
  Problems &problems;
  llvm::StringMap<int64_t> symbols;
  llvm::StringMap<ArrayRef<int64_t>> given;
};

} // namespace

FailureOr<std::vector<Binding>>
mlir::veltair::importer::bindInputs(ArrayRef<DeclaredInput> inputs,
                                    const ImportOptions &options,
                                    Location location, Problems &problems) {
  // What is given for each input and symbol, by order of the programs.
  llvm::StringMap<SmallVector<ArrayRef<int64_t>>> shapes;
  for (const ImportOptions::Shape &shape : options.shapes) {
    if (llvm::none_of(inputs, [&](const DeclaredInput &input) {
          return input.name == shape.input;
        }))
      return problems.add(
          location, "--shape " + shape.input + "=...: the model's inputs are " +
                        llvm::join(llvm::map_range(inputs,
                                                   [](const DeclaredInput &i) {
                                                     return "'" + i.name + "'";
                                                   }),
                                   ", "));
    shapes[shape.input].push_back(shape.extents);
  }
  size_t count = 1;
  for (const auto &entry : shapes)
    count = std::max(count, entry.second.size());
  for (const ImportOptions::Dimension &dimension : options.dimensions) {
    bool known = llvm::any_of(inputs, [&](const DeclaredInput &input) {
      return llvm::any_of(input.dimensions, [&](const DeclaredDimension &d) {
        return d.symbol == dimension.symbol;
      });
    });
    if (!known)
      return problems.add(location, "--dim " + dimension.symbol +
                                        "=...: no input has a dimension '" +
                                        dimension.symbol + "'");
    count = std::max(count, dimension.values.size());
  }
  auto inStep = [&](size_t size) { return size == 1 || size == count; };
  for (const auto &entry : shapes)
    if (!inStep(entry.second.size()))
      return problems.add(location, "input '" + entry.first() + "' has " +
                                        Twine(entry.second.size()) +
                                        " shapes, where 1 or " + Twine(count) +
                                        " are needed");
  for (const ImportOptions::Dimension &dimension : options.dimensions)
    if (!inStep(dimension.values.size()))
      return problems.add(
          location, "dimension '" + dimension.symbol + "' has " +
                        Twine(dimension.values.size()) +
                        " values, where 1 or " + Twine(count) + " are needed");

  std::vector<Binding> bindings;
  for (size_t program = 0; program < count; ++program) {
    auto pick = [&](const auto &list) {
      return list[list.size() == 1 ? 0 : program];
    };
    Binder binder(inputs, location, problems);
    for (const ImportOptions::Dimension &dimension : options.dimensions)
      if (failed(binder.setSymbol(dimension.symbol, pick(dimension.values))))
        return failure();
    for (const DeclaredInput &input : inputs)
      if (auto found = shapes.find(input.name); found != shapes.end())
        if (failed(binder.setShape(input, pick(found->second))))
          return failure();
    FailureOr<Binding> binding = binder.resolve();
    if (failed(binding))
      return failure();
    bindings.push_back(std::move(*binding));
  }
  return bindings;
}
