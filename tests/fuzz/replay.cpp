// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// The main of a fuzz target without libFuzzer: runs each of the files given once.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::cerr << argv[i] << ": cannot be read\n";
      return EXIT_FAILURE;
    }
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    // Chars and bytes have the same representation.
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  }
  return EXIT_SUCCESS;
}
