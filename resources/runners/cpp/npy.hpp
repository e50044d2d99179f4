// Arrays in numpy's .npy files: little endian, row-major.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace npy {

struct Array {
    /// numpy's code, such as "<f4"; empty where the file is plain bytes.
    std::string descr;
    std::vector<int64_t> shape;
    std::vector<char> data;
};

inline std::vector<char> readFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::vector<char> bytes(static_cast<size_t>(file.tellg()));
    file.seekg(0);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) throw std::runtime_error("cannot read " + path);
    return bytes;
}

inline std::string between(const std::string& text, const std::string& key, char open, char close) {
    const auto at = text.find("'" + key + "'");
    const auto from = at == std::string::npos ? at : text.find(open, text.find(':', at));
    const auto to = from == std::string::npos ? from : text.find(close, from + 1);
    if (to == std::string::npos) throw std::runtime_error("the header of a .npy file lacks " + key);
    return text.substr(from + 1, to - from - 1);
}

inline Array read(const std::string& path) {
    const auto bytes = readFile(path);
    if (bytes.size() < 12 || std::memcmp(bytes.data(), "\x93NUMPY", 6) != 0) throw std::runtime_error(path + " is no .npy file");
    const bool wide = bytes[6] >= 2;
    uint32_t length = 0;
    std::memcpy(&length, bytes.data() + 8, wide ? 4 : 2);
    const size_t begin = (wide ? 12 : 10) + length;
    if (begin > bytes.size()) throw std::runtime_error(path + " is cut off");
    const std::string header(bytes.data() + (wide ? 12 : 10), length);
    if (header.find("'fortran_order': True") != std::string::npos)
        throw std::runtime_error(path + " is column-major; save it with numpy.ascontiguousarray");
    Array array;
    array.descr = between(header, "descr", '\'', '\'');
    std::stringstream sizes(between(header, "shape", '(', ')'));
    for (std::string size; std::getline(sizes, size, ',');) {
        if (size.find_first_not_of(' ') != std::string::npos) array.shape.push_back(std::stoll(size));
    }
    array.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.end());
    return array;
}

inline void write(const std::string& path, const Array& array) {
    std::string shape;
    for (const auto size : array.shape) shape += std::to_string(size) + (array.shape.size() == 1 ? "," : ", ");
    if (array.shape.size() > 1) shape.resize(shape.size() - 2);
    std::string header = "{'descr': '" + array.descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    // The data begins at a multiple of 64, as numpy writes it.
    while ((10 + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    const auto length = static_cast<uint16_t>(header.size());
    std::ofstream file(path, std::ios::binary);
    file.write("\x93NUMPY\x01\x00", 8);
    file.write(reinterpret_cast<const char*>(&length), 2);
    file << header;
    file.write(array.data.data(), static_cast<std::streamsize>(array.data.size()));
    if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace npy
