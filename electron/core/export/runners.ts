import type { Backend } from '../../../contract/engine'
import type { ExportedFile } from '../../../contract/export'
import arrays from '../../../resources/runners/arrays.py?raw'
import cmake from '../../../resources/runners/cpp/CMakeLists.txt?raw'
import main from '../../../resources/runners/cpp/main.cpp?raw'
import npy from '../../../resources/runners/cpp/npy.hpp?raw'
import onnxruntime from '../../../resources/runners/onnxruntime.py?raw'
import readme from '../../../resources/runners/README.md?raw'
import tensorrt from '../../../resources/runners/tensorrt.py?raw'
import torchTensorrt from '../../../resources/runners/torch_tensorrt.py?raw'

/** A text of the export, and where it goes. */
export interface RunnerFile {
  role: ExportedFile['role']
  path: string
  text: string
}

const python: Record<Backend, string> = { tensorrt, 'tensorrt-rtx': tensorrt, 'torch-tensorrt': torchTensorrt, onnxruntime }

const needs: Record<Backend, string> = {
  tensorrt: 'Needs numpy, the `tensorrt` package of the version in `enginesmith.json`, and the NVIDIA driver.',
  'tensorrt-rtx': 'Needs numpy, the `tensorrt_rtx` package of the version in `enginesmith.json`, and the NVIDIA driver.',
  'torch-tensorrt': 'Needs numpy, and torch and torch_tensorrt of the versions in `enginesmith.json`.',
  onnxruntime: 'Needs numpy and onnxruntime.',
}

const cppEnglish = `## C++

Needs a C++17 compiler, CMake, TensorRT and the CUDA runtime with their headers.

\`\`\`
cmake -S cpp -B cpp/build -DTENSORRT_ROOT=/path/to/TensorRT
cmake --build cpp/build
cpp/build/run model.engine sample/inputs outputs
\`\`\`

`
const cppChinese =
  '- C++：`cmake -S cpp -B cpp/build -DTENSORRT_ROOT=TensorRT目录`，再 `cmake --build cpp/build`，然后 `cpp/build/run model.engine sample/inputs outputs`。\n'

/** True where the file is an engine of NVIDIA's own library, which C++ can load without PyTorch. */
export const hasCpp = (backend: Backend): boolean => backend === 'tensorrt' || backend === 'tensorrt-rtx'

/** The programs that run the exported file, and the page that tells how. */
export function runnerFiles(backend: Backend, name: string): RunnerFile[] {
  const cpp = hasCpp(backend)
  const text = fill(readme, { NAME: name, NEEDS: needs[backend], CPP_EN: cpp ? cppEnglish : '', CPP_ZH: cpp ? cppChinese : '' })
  return [
    { role: 'runner-python', path: 'run.py', text: python[backend] },
    { role: 'runner-python', path: 'arrays.py', text: arrays },
    { role: 'readme', path: 'README.md', text: `${text.trimEnd()}\n` },
    ...(cpp
      ? [
          { role: 'runner-cpp' as const, path: 'cpp/main.cpp', text: main },
          { role: 'runner-cpp' as const, path: 'cpp/npy.hpp', text: npy },
          { role: 'runner-cpp' as const, path: 'cpp/CMakeLists.txt', text: fill(cmake, { TENSORRT_RTX: backend === 'tensorrt-rtx' ? 'ON' : 'OFF' }) },
        ]
      : []),
  ]
}

function fill(template: string, values: Record<string, string>): string {
  // Of a stand-in that nobody fills, the text would go out as it is.
  return template.replace(/@@(\w+)@@/g, (whole, name: string) => values[name] ?? whole)
}
